"""The pair reranker itself, tiny and untrained."""

from dataclasses import replace

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig

from app.quality.training.base import embed, pair_template, set_token_weights
from app.quality.training.batches import Batch, Batcher, pad
from app.quality.training.calibrate import calibrate, match
from app.quality.training.distil import DistilSettings, distil
from app.quality.training.loss import in_batch_loss
from app.quality.training.mine import Group, Source
from app.quality.training.modeling_pair import MATCHES, PairReranker

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the a pump valve motor opens closes by spring what ? who".split()


@pytest.fixture
def tokenizer() -> Tokenizer:
    made = Tokenizer(WordPiece({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.normalizer = Lowercase()
    made.pre_tokenizer = Whitespace()
    made.post_processor = pair_template(made)
    return made


@pytest.fixture
def model() -> PairReranker:
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    reranker: PairReranker = PairReranker(config).train(False)
    return reranker


def packed(tokenizer: Tokenizer, pairs: list[tuple[str, str]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    encoded = tokenizer.encode_batch(pairs)
    ids = pad([one.ids for one in encoded])
    return ids.ids, ids.mask, pad([one.type_ids for one in encoded]).ids


PAIRS = [("what opens the valve ?", "the spring opens the valve by a motor"), ("who", "a pump")]


def test_a_packed_pair_scores_as_two_separate_passes_do(model: PairReranker, tokenizer: Tokenizer) -> None:
    with torch.no_grad():
        model.context_weight.weight.normal_()
        together = model(*packed(tokenizer, PAIRS)).logits[:, 0]
        passages = [passage for _, passage in PAIRS]
        apart = [match(model, tokenizer, query, passages, half=False)[row] for row, (query, _) in enumerate(PAIRS)]
    assert torch.allclose(together, torch.stack(apart) @ model.match_scale, atol=1e-4)


def test_padding_does_not_change_a_logit(model: PairReranker, tokenizer: Tokenizer) -> None:
    with torch.no_grad():
        alone = model(*packed(tokenizer, PAIRS[1:])).logits
        beside = model(*packed(tokenizer, PAIRS)).logits[1:]
    assert torch.allclose(alone, beside, atol=1e-4)


def test_token_types_are_required(model: PairReranker) -> None:
    with pytest.raises(ValueError, match="token_type_ids"):
        model(torch.ones(1, 4, dtype=torch.long), torch.ones(1, 4, dtype=torch.long))


def test_rare_words_count_more_than_common_ones(model: PairReranker, tokenizer: Tokenizer) -> None:
    set_token_weights(model, tokenizer, ["the pump", "the valve", "the motor", "the spring"])
    weight = model.token_log_weight
    assert weight[WORDS.index("pump")] > weight[WORDS.index("the")]


def test_trained_weights_of_words_stay_on_other_passages(model: PairReranker, tokenizer: Tokenizer) -> None:
    set_token_weights(model, tokenizer, ["the pump", "the valve", "the motor", "the spring"])
    with torch.no_grad():
        model.token_log_weight.add_(0.25)
    trained = model.token_log_weight.detach().clone()
    set_token_weights(model, tokenizer, ["pump pump", "a pump", "the pump"])
    assert torch.equal(model.token_log_weight, trained)


def test_vectors_are_unit_rows_in_the_order_given(model: PairReranker, tokenizer: Tokenizer) -> None:
    texts = ["the pump opens by a spring", "who", "the valve"]
    vectors = embed(model, tokenizer, texts, tokens=16, half=False)
    assert vectors.shape == (3, 16)
    assert ((vectors**2).sum(1) - 1 < 1e-4).all()
    assert abs(vectors[1] - embed(model, tokenizer, ["who"], tokens=16, half=False)[0]).max() < 1e-4


def source(*, closed: bool) -> Source:
    passages = ("the spring opens the valve", "a motor closes the pump", "the pump opens", "the valve closes")
    groups = tuple(
        Group(query=query, positive=right, by_vector=(wrong,), by_text=(wrong,), closed=closed)
        for query, right, wrong in (("what opens the valve ?", 0, 3), ("what closes the pump ?", 1, 2))
    )
    vectors = torch.nn.functional.normalize(torch.rand(2, 4), dim=-1).numpy()
    return Source(name="s", passages=passages, groups=groups, query_vectors=vectors)


def make_batch(tokenizer: Tokenizer, *, closed: bool) -> Batch:
    import random

    return Batcher(tokenizer, negatives=1, rng=random.Random(2)).batch(source(closed=closed), [0, 1])


def test_other_passages_of_a_batch_count_unless_the_group_is_closed(tokenizer: Tokenizer) -> None:
    assert make_batch(tokenizer, closed=False).counts.all()
    closed = make_batch(tokenizer, closed=True)
    assert closed.counts.sum(1).tolist() == [2, 2]
    assert closed.counts[torch.arange(2), closed.target].all()


def test_steps_down_the_gradient_put_the_right_passage_first(model: PairReranker, tokenizer: Tokenizer) -> None:
    batch = make_batch(tokenizer, closed=False)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    before = float(in_batch_loss(model, batch, half=False).loss.detach())
    for _ in range(30):
        torch.autograd.backward(in_batch_loss(model, batch, half=False).loss)
        optimizer.step()
        optimizer.zero_grad()
    after = in_batch_loss(model, batch, half=False)
    assert float(after.loss.detach()) < before / 2
    assert after.first == 1.0


def test_an_unanswerable_question_is_pushed_below_the_answered_one(model: PairReranker, tokenizer: Tokenizer) -> None:
    import random

    plain = source(closed=True)
    groups = tuple(replace(group, unanswered=("who opens a valve ?",)) for group in plain.groups)
    batch = Batcher(tokenizer, negatives=1, rng=random.Random(2)).batch(replace(plain, groups=groups), [0, 1])
    assert batch.beside.tolist() == [0, 1]
    assert len(batch.queries.ids) == 4
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    texts = [plain.passages[0]]

    def margin() -> float:
        pair = (groups[0].query, groups[0].unanswered[0])
        answered, unanswered = (match(model, tokenizer, query, texts, half=False)[0] for query in pair)
        return float((answered - unanswered) @ model.match_scale.detach())

    before = margin()
    for _ in range(30):
        torch.autograd.backward(in_batch_loss(model, batch, half=False).loss)
        optimizer.step()
        optimizer.zero_grad()
    assert margin() > before


def test_shares_are_fitted_so_that_the_answers_come_first(model: PairReranker, tokenizer: Tokenizer) -> None:
    with torch.no_grad():
        model.match_scale.zero_()
    shares = calibrate(model, tokenizer, [source(closed=False)], 0, half=False)
    assert list(shares) == list(MATCHES)
    assert min(shares.values()) >= 0
    assert max(shares.values()) > 0


def test_matches_near_together_and_in_order_count_for_more(model: PairReranker) -> None:
    near, far = torch.full((1, 2, 80), 0.1), torch.full((1, 2, 80), 0.1)
    near[0, 0, 10] = near[0, 1, 11] = far[0, 1, 10] = far[0, 0, 70] = 1.0
    ones, halves = torch.ones(1, 80), torch.full((1, 2), 0.5)
    close, apart = (model.matches(one, torch.ones(1, 2), ones, halves)[0] for one in (near, far))
    assert float(close[0]) == float(apart[0]) == 1.0
    assert (close[1:5] == 1.0).all()
    assert torch.allclose(apart[1:4], torch.tensor(0.55))
    assert float(close[5]) > float(apart[5])


def test_a_student_of_fewer_layers_comes_near_its_teacher(model: PairReranker, tokenizer: Tokenizer) -> None:
    lines: list[str] = []
    for parameter in model.bert.encoder.parameters():
        torch.nn.init.normal_(parameter, std=0.3)  # layers that do something
    texts = [" ".join(WORDS[5 + (n * k) % 12] for k in range(1, 9)) for n in range(1, 12)]
    settings = DistilSettings(layers=2, learning_rate=5e-3, batch_texts=8, tokens=(16,), max_steps=60, minutes=5)
    student = distil(model, tokenizer, texts, settings, half=False, report=lines.append)
    assert student.config.num_hidden_layers == 2
    first, last = (float(line.split()[-1]) for line in (lines[0], lines[-1]))
    assert last < first
