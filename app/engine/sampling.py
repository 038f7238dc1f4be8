"""How the next token is chosen: llama.cpp's chain of samplers, built from the settings."""

from __future__ import annotations

import secrets

from app.core.settings import Sampling
from app.engine.llama import LlamaContext, LlamaModel
from app.engine.llama_loader import bindings

_PENALTY_TOKENS = 64
_MAX_SEED = 0xFFFF_FFFE  # 0xFFFFFFFF is llama.cpp's "take any"


class Sampler:
    """One chain for one answer: repeat penalty, top-k, top-p, min-p, temperature, in llama.cpp's usual order."""

    def __init__(self, model: LlamaModel, settings: Sampling) -> None:
        self._api = api = bindings()
        self._chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        for sampler in self._samplers(model, settings):
            api.llama_sampler_chain_add(self._chain, sampler)

    def _samplers(self, model: LlamaModel, settings: Sampling) -> list[object]:
        api = self._api
        chain = []
        if settings.repeat_penalty != 1:
            chain.append(
                api.llama_sampler_init_penalties(
                    model.vocabulary_size, _PENALTY_TOKENS, settings.repeat_penalty, 0.0, 0.0
                )
            )
        if settings.temperature == 0:
            return [*chain, api.llama_sampler_init_greedy()]
        if settings.top_k > 0:
            chain.append(api.llama_sampler_init_top_k(settings.top_k))
        if settings.top_p < 1:
            chain.append(api.llama_sampler_init_top_p(settings.top_p, 1))
        if settings.min_p > 0:
            chain.append(api.llama_sampler_init_min_p(settings.min_p, 1))
        chain.append(api.llama_sampler_init_temp(settings.temperature))
        seed = secrets.randbelow(_MAX_SEED) if settings.seed is None else settings.seed
        return [*chain, api.llama_sampler_init_dist(seed)]

    def next_token(self, context: LlamaContext, index: int = -1) -> int:
        """Choose after the batch's token `index` (-1: its last), and take the choice into account for the next ones."""
        return int(self._api.llama_sampler_sample(self._chain, context.handle, index))

    def accept(self, token: int) -> None:
        """Take a token into account that was chosen elsewhere."""
        self._api.llama_sampler_accept(self._chain, token)

    def close(self) -> None:
        if self._chain:
            self._api.llama_sampler_free(self._chain)
            self._chain = None
