"""Chat templates in the shape of public ones, each written for these tests, with what is peculiar about its family."""

from __future__ import annotations

LLAMA4 = (
    "{{- bos_token }}"
    "{%- if messages[0]['role'] == 'system' %}"
    "{%- set rules = messages[0]['content'] %}{%- set messages = messages[1:] %}{%- else %}{%- set rules = '' %}{%- endif %}"
    "{%- if rules %}{{- '<|header_start|>system<|header_end|>\\n\\n' + rules + '<|eot|>' }}{%- endif %}"
    "{%- for m in messages %}"
    "{{- '<|header_start|>' + m['role'] + '<|header_end|>\\n\\n' }}"
    "{%- if m['content'] is string %}{{- m['content'] }}{%- else %}"
    "{%- for part in m['content'] %}{{- part['text'] | trim }}{%- endfor %}{%- endif %}{{- '<|eot|>' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|header_start|>assistant<|header_end|>\\n\\n' }}{%- endif %}"
)

DATED = (  # as Llama 3.2: a day above the rules, and contents that are trimmed
    "{{ bos_token }}{% if strftime_now is defined %}{% set today = strftime_now('%d %b %Y') %}{% endif %}"
    "{% if messages[0].role == 'system' %}{% set rules = messages[0].content | trim %}"
    "{% set messages = messages[1:] %}{% endif %}"
    "<|start_header_id|>system<|end_header_id|>\n\nToday Date: {{ today }}\n\n{{ rules }}<|eot_id|>"
    "{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content | trim }}<|eot_id|>"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)

DEFAULT_SYSTEM = (  # as Qwen 2.5: a text of its own where nobody brings one
    "{% if messages[0].role != 'system' %}{{ '<|im_start|>system\\nYou are Quill, made by Inkwell.<|im_end|>\\n' }}{% endif %}"
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

THINKING = (  # as Qwen 3.5: a thought is opened, and those of earlier answers are left out
    "{%- macro said(text) %}{{- text.split('</think>')[-1].lstrip('\\n') }}{%- endmacro %}"
    "{%- set ns = namespace(last=messages | length) %}"
    "{%- for m in messages[::-1] %}{%- if m.role == 'user' and ns.last == messages | length %}"
    "{%- set ns.last = messages | length - 1 - loop.index0 %}{%- endif %}{%- endfor %}"
    "{%- for m in messages %}{{- '<|im_start|>' + m.role + '\\n' }}"
    "{%- if m.role == 'assistant' %}"
    "{%- if loop.index0 > ns.last %}{{- '<think>\\n' + (m.reasoning_content or '') + '\\n</think>\\n\\n' }}{%- endif %}"
    "{{- said(m.content) }}"
    "{%- else %}{{- m.content }}{%- endif %}{{- '<|im_end|>\\n' }}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}"
    "{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}"
    "{%- else %}{{- '<think>\\n' }}{%- endif %}{%- endif %}"
)

NO_RULES = (  # as Gemma 2: no place for rules, and turns that alternate
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for m in messages %}"
    "{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}"
    "{% set role = 'model' if m['role'] == 'assistant' else m['role'] %}"
    "{{ '<start_of_turn>' + role + '\n' + m['content'] + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)

EMPTY_THOUGHT = (  # as Gemma 4
    "{%- macro shown(text) -%}{%- set ns = namespace(out='') -%}{%- for part in text.split('<channel|>') -%}"
    "{%- set ns.out = ns.out + part.split('<|channel>')[0] -%}{%- endfor -%}{{- ns.out -}}{%- endmacro -%}"
    "{{- bos_token -}}{%- if messages[0].role == 'system' -%}{{- '<|turn>system\\n' + messages[0].content + '<turn|>\\n' -}}"
    "{%- set messages = messages[1:] -%}{%- endif -%}"
    "{%- for m in messages -%}{%- set role = 'model' if m.role == 'assistant' else m.role -%}"
    "{{- '<|turn>' + role + '\\n' -}}{%- if role == 'model' -%}{{- shown(m.content) -}}{%- else -%}{{- m.content -}}"
    "{%- endif -%}{{- '<turn|>\\n' -}}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|turn>model\\n' -}}"
    "{%- if not enable_thinking | default(false) -%}{{- '<|channel>thought\\n<channel|>' -}}{%- endif -%}{%- endif -%}"
)

RECIPIENTS = (  # as Muse Glimmer: words behind the rules, and a model that writes for whom it writes
    "{{- bos_token -}}{%- for m in messages -%}"
    "{%- if m['role'] == 'system' -%}{{- '<|start|>system<|message|>' + m['content'] -}}"
    "{%- if 'reasoning strength' not in (m['content'] | lower) -%}"
    "{{- '\\n\\nReasoning strength: ' + (reasoning_strength | default('high')) + '.' -}}{%- endif -%}"
    "{{- '\\n\\n# Valid recipients: ' + ['\"self\"', '\"user\"'] | join(', ') + '.<|eot|>' -}}"
    "{%- elif m['role'] == 'user' -%}{{- '<|start|>user<|message|>' + m['content'] + '<|eot|>' -}}"
    "{%- else -%}{%- if m.get('reasoning_content') -%}"
    "{{- '<|start|>assistant to=self<|message|>' + m['reasoning_content'] + '<|eom|>' -}}{%- endif -%}"
    "{{- '<|start|>assistant to=' + (m.get('recipient') or 'user') + '<|message|>' + m['content'] + '<|eot|>' -}}"
    "{%- endif -%}{%- endfor -%}{%- if add_generation_prompt -%}{{- '<|start|>assistant' -}}{%- endif -%}"
)

BARE_RULES = (  # as DeepSeek V4: rules without marks, and a thought that is closed at once
    "{%- set ns = namespace(rules='') -%}{%- for m in messages if m['role'] == 'system' -%}"
    "{%- set ns.rules = ns.rules + m['content'] -%}{%- endfor -%}{{- bos_token -}}{{- ns.rules -}}"
    "{%- set dsml = '｜DSML｜' -%}{%- for m in messages -%}"
    "{%- if m['role'] == 'user' -%}{{- '<｜User｜>' + m['content'] -}}"
    "{%- elif m['role'] == 'assistant' -%}{{- '<｜Assistant｜></think>' + m['content'] -}}"
    "{%- if m['tool_calls'] -%}{{- '<' + dsml + 'tool_calls>' -}}{%- endif -%}{{- '<｜end▁of▁sentence｜>' -}}{%- endif -%}"
    "{%- endfor -%}{%- if add_generation_prompt -%}{{- '<｜Assistant｜>' -}}"
    "{%- if thinking | default(false) -%}{{- '<think>' -}}{%- else -%}{{- '</think>' -}}{%- endif -%}{%- endif -%}"
)

CHANNELS = (  # as gpt-oss: a text of its own with the day, rules in another role, the last answer ended otherwise
    "{%- macro about() -%}{{- 'You are ' + (model_identity or 'a model of Inkwell') + '.\\nCurrent date: ' -}}"
    "{{- strftime_now('%Y-%m-%d') + '\\n\\nReasoning: medium\\n\\n# Valid channels: analysis, final.' -}}{%- endmacro -%}"
    "{{- '<|start|>system<|message|>' -}}{{- about() -}}{{- '<|end|>' -}}"
    "{%- if messages[0].role in ['developer', 'system'] -%}"
    "{{- '<|start|>developer<|message|># Instructions\\n\\n' + messages[0].content + '\\n\\n<|end|>' -}}"
    "{%- set messages = messages[1:] -%}{%- endif -%}{%- for m in messages -%}"
    "{%- if m.role == 'user' -%}{{- '<|start|>user<|message|>' + m.content + '<|end|>' -}}"
    "{%- elif loop.last and not add_generation_prompt -%}"
    "{{- '<|start|>assistant<|channel|>final<|message|>' + m.content + '<|return|>' -}}"
    "{%- else -%}{{- '<|start|>assistant<|channel|>final<|message|>' + m.content + '<|end|>' -}}{%- endif -%}"
    "{%- endfor -%}{%- if add_generation_prompt -%}<|start|>assistant{%- endif -%}"
)

_CHANNELS = "# Valid channels: analysis, commentary, final. Channel must be included for every message."
HARMONY = (  # with gpt-oss's own words
    CHANNELS.replace("a model of Inkwell", "ChatGPT, a large language model trained by OpenAI")
    .replace("'.\\nCurrent date: '", "'.\\nKnowledge cutoff: 2024-06\\nCurrent date: '")
    .replace("# Valid channels: analysis, final.", _CHANNELS)
)

RULES_AT_THE_END = (  # as Mistral's third: rules stand before the last question, wherever that is
    "{%- if messages[0]['role'] == 'system' %}{%- set rules = messages[0]['content'] %}{%- set turns = messages[1:] %}"
    "{%- else %}{%- set turns = messages %}{%- endif %}{{- bos_token }}"
    "{%- for m in turns %}{%- if m['role'] == 'user' %}"
    "{%- if loop.last and rules is defined %}{{- '[INST] ' + rules + '\\n\\n' + m['content'] + '[/INST]' }}"
    "{%- else %}{{- '[INST] ' + m['content'] + '[/INST]' }}{%- endif %}"
    "{%- else %}{{- ' ' + m['content'] + eos_token }}{%- endif %}{%- endfor %}"
)

CLOSED_THOUGHTS = (  # as GLM 4.5 and later: an empty thought before each earlier answer
    "[gMASK]<sop>\n"
    "{%- set ns = namespace(last=-1) %}{%- for m in messages %}{%- if m.role == 'user' %}{% set ns.last = loop.index0 %}"
    "{%- endif %}{%- endfor %}{% for m in messages %}"
    "{%- if m.role == 'user' -%}<|user|>\n{{ m.content }}"
    "{%- elif m.role == 'assistant' -%}<|assistant|>\n"
    "{%- if loop.index0 > ns.last and m.reasoning_content -%}{{ '<think>' + m.reasoning_content.strip() + '</think>' }}"
    "{%- else -%}{{ '\\n<think></think>' }}{%- endif -%}{{ '\\n' + m.content }}"
    "{%- elif m.role == 'system' -%}<|system|>\n{{ m.content }}{%- endif -%}{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|assistant|>{{- '\\n<think></think>' if enable_thinking is false else '' -}}{%- endif -%}"
)

METADATA = (  # as SmolLM3: what is trained on is marked, words around the rules, a format with a hole
    "{%- set mode = '/think' -%}{{- '<|im_start|>system\\n' -}}{{- '## Mode: {}\\n\\n'.format(mode) -}}"
    "{%- if messages[0].role == 'system' -%}{%- set own = messages[0].content -%}"
    "{{- '## Instructions\\n\\n' + own + '\\n\\n' -}}{%- endif -%}{{- '<|im_end|>\\n' -}}"
    "{%- for m in messages -%}{%- if m.role == 'system' -%}{%- continue -%}{%- endif -%}"
    "{%- if m.role == 'assistant' -%}{% generation %}{{- '<|im_start|>assistant\\n' + m.content + '<|im_end|>\\n' -}}"
    "{% endgeneration %}{%- else -%}{{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' -}}{%- endif -%}"
    "{%- endfor -%}{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}"
)

TEKKEN = (  # as Mistral Small 3.2
    "{{- bos_token }}{%- for m in messages %}"
    "{%- if m['role'] == 'user' %}{{- '[INST]' + m['content'] + '[/INST]' }}"
    "{%- elif m['role'] == 'system' %}{{- '[SYSTEM_PROMPT]' + m['content'] + '[/SYSTEM_PROMPT]' }}"
    "{%- else %}{{- m['content'] + eos_token }}{%- endif %}{%- endfor %}"
)

SHAPES = {
    "llama4": LLAMA4,
    "dated": DATED,
    "default system": DEFAULT_SYSTEM,
    "thinking": THINKING,
    "no rules": NO_RULES,
    "empty thought": EMPTY_THOUGHT,
    "recipients": RECIPIENTS,
    "bare rules": BARE_RULES,
    "channels": CHANNELS,
    "rules at the end": RULES_AT_THE_END,
    "closed thoughts": CLOSED_THOUGHTS,
    "metadata": METADATA,
}

REFUSED = {
    "template_contents": (
        "Hello.",
        "{% for m in messages %}{{ m.content }}{{ m.content }}{% endfor %}",
        "{% for m in messages %}{{ m.role }}: {{ m.content | upper }}{% endfor %}",
        "{% for m in messages %}{{ m.role }}: {{ m.content | e }}{% endfor %}",
        "{% for m in messages %}{{ m | tojson }}{% endfor %}",
        "{% for m in messages[-2:] %}{{ m.role }}: {{ m.content }}{% endfor %}",
        "{{ ''['__class__'] }}",
        "{% for m in messages | reverse %}{{ m.role }}: {{ m.content }}{% endfor %}",
    ),
    "template_turns": (
        "{% for m in messages %}{{ m.role }} {{ loop.index }}: {{ m.content }}{% endfor %}",
        "{{ messages | length }} turns{% for m in messages %}{{ m.role }}: {{ m.content }}{% endfor %}",
    ),
    "template_syntax": (
        "{% for message in messages %}{{ message.content",
        "{{ messages | no_such_filter }}",
        "{% for a in [1] %}" * 30 + "{% endfor %}" * 30,
    ),
    "template_declined": ("{{ raise_exception('no') }}",),
    "template_running": ("{{ messages.a.b }}", "{{ 1 // 0 }}", "{{ undefined_thing.x }}"),
    "template_reach": (
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages.__class__.__init__.__globals__ }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ range.__self__.render }}",
        "{{ raise_exception.__globals__['os'] }}",
        "{{ strftime_now.__globals__['datetime'] }}",
        "{{ dict.mro() }}",
        "{{ '{0.__class__.__mro__}'.format('') }}",
        "{{ '{0.__class__}'.format_map({'0': ''}) }}",
        "{{ '%s' % messages }}",
        "{{ self.__init__.__globals__ }}",
        "{{ loop.__init__ if false else (namespace() | string).encode() }}",
        "{% macro a() %}{% endmacro %}{{ a.__call__.__globals__ }}{{ a._func.__code__ }}",
        "{% import 'os' as os %}{{ os.system('id') }}",
        "{% include '/etc/passwd' %}",
        "{% extends 'a' %}",
        "{{ messages.append(1) }}",
        "{{ messages[0].update({'a': 1}) }}",
    ),
    "template_steps": (
        "{% for a in range(10 ** 9) %}x{% endfor %}",
        "{% for a in range(9999) %}" * 3 + "x" + "{% endfor %}" * 3,
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{{ " + "(" * 250 + "1" + ")" * 250 + " }}",
        "{{ " + "(" * 60_000 + "1" + ")" * 60_000 + " }}",
    ),
    "template_memory": (
        "{{ 9 ** 9 ** 9 ** 9 }}",
        "{{ 'x' * 9999999999 }}",
        "{{ [1] * 9999999999 }}",
        "{% set n = namespace(x='xxxxxxxx') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
        "{{ '{:>9999999999}'.format('x') }}",
    ),
    "template_output": ("{% for a in range(9999) %}{{ 'x' * 1000 }}{% endfor %}",),
    "template_size": ("x" * 50_000_000,),
}
"""The templates that are refused, by the reason."""

ENDLESS = "{% set a = '" + "x" * 99 + "' %}" + "{% for b in a %}" * 6 + "{% endfor %}" * 6
"""Nothing but the process's own limit ends it."""
