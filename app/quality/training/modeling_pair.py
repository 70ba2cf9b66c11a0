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
STRETCHES = (9, 17, 33, 65)  # tokens of a passage in which a question may find all it asks for near together
MATCHES = ("anywhere", *(f"within {stretch}" for stretch in STRETCHES), "in order")
NOWHERE = -2.0  # below any cosine


class PairReranker(PreTrainedModel):  # type: ignore[no-untyped-call]  # transformers'
    """BERT encoder whose logit is a weighted sum of how well the query's tokens are matched in the passage.

    Each query token looks for the passage token nearest to it (MaxSim): anywhere in the passage; within the best
    stretch of 9, 17, 33 and 65 tokens, the same for all of them; and together with the token after it, in order.

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
        self.log_scale = nn.Parameter(torch.tensor([math.log(20.0), math.log(5.0)]))  # while the encoder is trained
        self.match_scale = nn.Parameter(torch.full((len(MATCHES),), 5.0))  # of each of MATCHES in the logit
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
                module.match_scale.fill_(5.0)

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
        return _shares(self._counts(input_ids, hidden), mask)

    def _counts(self, input_ids: Tensor, hidden: Tensor) -> Tensor:
        raw = self.token_log_weight[input_ids] + self.context_weight(hidden).squeeze(-1).float()
        count: Tensor = raw.clamp(-8.0, 8.0).exp()
        return count

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None, **_: object
    ) -> SequenceClassifierOutput:
        """Logits [batch, 1] of packed pairs; rank by them as they are. Raises ValueError without token types."""
        if token_type_ids is None:
            raise ValueError("a pair needs token_type_ids: 0 for the query, 1 for the passage")
        logits, _vectors, _counts = self.read(input_ids, attention_mask, token_type_ids)
        return SequenceClassifierOutput(logits=logits)

    def read(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits [batch, 1]; each token's unit vector [batch, seq, hidden]; how much it counts in a query [batch, seq].

        The last two are those of texts that stand alone: a single text of token type 0 gives what it gives in a pair.
        """
        side = token_type_ids * attention_mask
        hidden = self.encode(input_ids, attention_mask, side).float()
        asks, tells = (attention_mask - side).to(hidden.dtype), side.to(hidden.dtype)
        counts = self._counts(input_ids, hidden)
        weights = _shares(counts, asks)
        unit = nn.functional.normalize(hidden, dim=-1)
        longest: Any = asks.sum(1).max().to(torch.int64)  # stays a tensor, so that a traced graph takes any length
        rows = torch.arange(longest, device=unit.device)  # the query comes first
        asks, weights = asks.index_select(1, rows), weights.index_select(1, rows)
        similar = unit.index_select(1, rows) @ unit.transpose(1, 2)
        return self.matches(similar, asks, tells, weights) @ self.match_scale[:, None], unit, counts

    def matches(self, similar: Tensor, asks: Tensor, tells: Tensor, weights: Tensor) -> Tensor:
        """How well the query is matched in each of the ways of MATCHES, -1..1: [batch, ways].

        `similar` [batch, query tokens, passage tokens] are cosines; `asks` and `tells` mark the tokens that count.
        """
        seen = similar * tells[:, None, :] + (1.0 - tells)[:, None, :] * NOWHERE
        best = seen.amax(-1)
        found = [(best * weights).sum(-1)]
        near, width = seen, 1
        for stretch in STRETCHES:
            near = nn.functional.max_pool1d(near, stretch - width + 1, 1, (stretch - width) // 2)
            width = stretch
            together = (weights.unsqueeze(1) @ near).squeeze(1) * tells + (1.0 - tells) * NOWHERE
            found.append(together.amax(-1))
        followed = nn.functional.pad(asks[:, 1:], (0, 1)).unsqueeze(-1)
        after = nn.functional.pad(seen[:, 1:, 1:], (0, 1, 0, 1), value=NOWHERE)
        after = after * followed + (1.0 - followed) * NOWHERE
        ordered = torch.maximum(((seen + after) / 2).amax(-1), best - 1.0)
        found.append((ordered * weights).sum(-1))
        return torch.stack(found, -1)


def _shares(counts: Tensor, mask: Tensor) -> Tensor:
    """The counts under `mask` as shares of their sum: [batch, seq]."""
    weight = counts * mask
    return weight / weight.sum(-1, keepdim=True).clamp_min(1e-6)


def pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Unit vector of the mean over the token vectors under `mask`: [batch, hidden]."""
    mean = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True).clamp_min(1.0)
    return nn.functional.normalize(mean, dim=-1)
