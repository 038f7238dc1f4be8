"""llama.cpp's own chain of samplers over any logits: what the engine's choices are compared with."""

from __future__ import annotations

import ctypes

import numpy as np
import numpy.typing as npt

from app.core.settings import Sampling
from app.engine.llama.llama_loader import bindings

_PENALTY_TOKENS = 64
_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])  # llama_token_data in llama.h


class Chain:
    """Repeat penalty, top-k, top-p, min-p, temperature and a draw, in llama.cpp's usual order. It lives as long as the
    process, as does what it allocated."""

    def __init__(self, settings: Sampling, size: int) -> None:
        self._api = api = bindings()
        self.handle = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        self._candidates = np.zeros(size, _CANDIDATE)
        made = []
        if settings.repeat_penalty != 1:
            made.append(api.llama_sampler_init_penalties(size, _PENALTY_TOKENS, settings.repeat_penalty, 0.0, 0.0))
        if settings.temperature == 0:
            made.append(api.llama_sampler_init_greedy())
        else:
            if settings.top_k > 0:
                made.append(api.llama_sampler_init_top_k(settings.top_k))
            if settings.top_p < 1:
                made.append(api.llama_sampler_init_top_p(settings.top_p, 1))
            if settings.min_p > 0:
                made.append(api.llama_sampler_init_min_p(settings.min_p, 1))
            made.append(api.llama_sampler_init_temp(settings.temperature))
            made.append(api.llama_sampler_init_dist(settings.seed))
        for each in made:
            api.llama_sampler_chain_add(self.handle, each)

    def choose(self, logits: npt.NDArray[np.float32]) -> int:
        """Choose a token as `llama_sampler_sample` does, but for what follows it there: the choice is not taken into
        account yet."""
        api, candidates = self._api, self._candidates
        candidates["id"] = np.arange(len(logits))
        candidates["logit"] = logits
        data = ctypes.cast(candidates.ctypes.data, ctypes.POINTER(api.llama_token_data))
        array = api.llama_token_data_array(data=data, size=len(logits), selected=-1, sorted=False)
        api.llama_sampler_apply(self.handle, ctypes.byref(array))
        return int(candidates["id"][array.selected])

    def accept(self, token: int) -> None:
        self._api.llama_sampler_accept(self.handle, token)
