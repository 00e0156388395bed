"""Pictures of a cluster: snapshot -> frozen view model -> DOT -> SVG, and the live widget on top.

`snapshot` reads the API through a client; `model` is what is seen; `topology`, `ownership` and `nodes` draw it as DOT, `text`
as plain text; `render` makes SVG; `widget` shows it in a notebook. Everything but the widget is a pure function.
"""
