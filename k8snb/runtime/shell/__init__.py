"""The containers' shell: POSIX sh as busybox ash, dash and bash speak it, run as data on the virtual clock.

`parser` turns text into `syntax` trees, `expansion` turns words into fields, `interpreter` executes trees one step at a time
with an explicit stack of frames. Because that stack is plain data, a script can sleep for an hour, be copied with its cluster
and go on in both copies. Nothing is imported from here until a container really runs a script.
"""
