"""One encoder, one logit for a (query, passage) pair, by weighted late interaction.

The file imports nothing of this package: it travels with the weights, so that
`CrossEncoder(folder, trust_remote_code=True)` can load them.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel, PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

BLOCKED = -1.0e4  # added to an attention score that must not count


class PairReranker(PreTrainedModel):  # type: ignore[no-untyped-call]  # transformers'
    """BERT encoder whose logit is scale[0] × weighted MaxSim + scale[1] × cosine of the pooled vectors.

    Input is the pair `[CLS] query [SEP] [CLS] passage [SEP]`, token types 0 and 1 (the template is in the folder's
    tokenizer.json). The two sides keep their own positions and do not attend to each other, so a packed pair gives the
    logit that two separate passes through `encode` give; training uses that to score every query of a batch against
    every passage of it. A query token counts with exp(token_log_weight of its id + a linear reading of its vector).
    """

    config_class = BertConfig
    base_model_prefix = "bert"

    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        self.bert = BertModel(config, add_pooling_layer=False)
        self.token_log_weight = nn.Parameter(torch.zeros(config.vocab_size))
        self.context_weight = nn.Linear(config.hidden_size, 1)
        self.log_scale = nn.Parameter(torch.tensor([math.log(20.0), math.log(5.0)]))
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        """The linear reading starts at nothing; the encoder's weights come from the base."""
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.weight) if module.out_features == 1 else nn.init.normal_(module.weight, std=0.02)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)
        elif isinstance(module, nn.LayerNorm):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
        elif isinstance(module, PairReranker):
            nn.init.zeros_(module.token_log_weight)
            with torch.no_grad():
                module.log_scale.copy_(torch.tensor([math.log(20.0), math.log(5.0)]))

    def encode(self, input_ids: Tensor, attention_mask: Tensor, side: Tensor | None = None) -> Tensor:
        """Token vectors [batch, seq, hidden]. `side` [batch, seq] is 1 on the passage of a packed pair.

        Without `side` each row is one text that stands alone.
        """
        place = torch.arange(input_ids.shape[1], device=input_ids.device).unsqueeze(0)
        allowed = attention_mask[:, None, None, :]
        if side is not None:
            place = place - side * ((1 - side) * attention_mask).sum(1, keepdim=True)
            same = side[:, :, None] * side[:, None, :] + (1 - side)[:, :, None] * (1 - side)[:, None, :]
            allowed = allowed * same[:, None]
        table = self.bert.embeddings
        hidden: Tensor = table.word_embeddings(input_ids) + table.token_type_embeddings.weight[0]
        hidden = hidden + table.position_embeddings(place.clamp(0, self.config.max_position_embeddings - 1))
        hidden = table.LayerNorm(hidden)
        blocked = (1 - allowed).to(hidden.dtype) * BLOCKED
        for layer in self.bert.encoder.layer:
            hidden = self._through(layer, hidden, blocked)
        return hidden

    def _through(self, layer: Any, hidden: Tensor, blocked: Tensor) -> Tensor:
        """One encoder layer; `blocked` is added to the scores, [batch, 1, 1 or seq, seq]. No dropout anywhere.

        Written out because dropout's random numbers took seven eighths of a training step on a CPU.
        """
        own = layer.attention.self
        batch, length, width = hidden.shape
        heads = self.config.num_attention_heads

        def split(x: Tensor) -> Tensor:
            return x.view(batch, length, heads, width // heads).transpose(1, 2)

        scores = split(own.query(hidden)) @ split(own.key(hidden)).transpose(-1, -2) * (width // heads) ** -0.5
        attention = (scores + blocked).softmax(-1).to(hidden.dtype)
        value = split(own.value(hidden))
        mixed = (attention.to(value.dtype) @ value).transpose(1, 2).reshape(batch, length, width)
        hidden = layer.attention.output.LayerNorm(layer.attention.output.dense(mixed) + hidden)
        out: Tensor = layer.output.dense(layer.intermediate.intermediate_act_fn(layer.intermediate.dense(hidden)))
        done: Tensor = layer.output.LayerNorm(out + hidden)
        return done

    def token_weights(self, input_ids: Tensor, hidden: Tensor, mask: Tensor) -> Tensor:
        """How much each query token counts, summing to one for each query: [batch, seq] float32."""
        raw = self.token_log_weight[input_ids] + self.context_weight(hidden).squeeze(-1).float()
        weight: Tensor = raw.clamp(-8.0, 8.0).exp() * mask
        return weight / weight.sum(-1, keepdim=True).clamp_min(1e-6)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None, **_: object
    ) -> SequenceClassifierOutput:
        """Logits [batch, 1] of packed pairs; rank by them as they are. Raises ValueError without token types."""
        if token_type_ids is None:
            raise ValueError("a pair needs token_type_ids: 0 for the query, 1 for the passage")
        side = token_type_ids * attention_mask
        hidden = self.encode(input_ids, attention_mask, side).float()
        asks, tells = (attention_mask - side).to(hidden.dtype), side.to(hidden.dtype)
        unit = nn.functional.normalize(hidden, dim=-1)
        best = (unit @ unit.transpose(1, 2) + (tells[:, None, :] - 1.0) * 2.0).amax(-1)
        maxsim = (best * self.token_weights(input_ids, hidden, asks)).sum(-1)
        pooled = (pool(hidden, asks) * pool(hidden, tells)).sum(-1)
        scale = self.log_scale.exp()
        return SequenceClassifierOutput(logits=(scale[0] * maxsim + scale[1] * pooled).unsqueeze(-1))


def pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Unit vector of the mean over the token vectors under `mask`: [batch, hidden]."""
    mean = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True).clamp_min(1.0)
    return nn.functional.normalize(mean, dim=-1)
