"""The learner's own Node programs: a JavaScript engine (quickjs-ng) with as much of Node and Express as small servers use.

`session` keeps a program's memory by replaying what happened to it; the `.js` files beside it are the Node that programs see.
"""
