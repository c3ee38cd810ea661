"""The only bridge between office and recorder: plans and revocations out, facts and states in.

It runs as its own small process (`mingcha gateway`), so that it outlives a restart of the pages and of the recorder.
The pages never talk to the recorder and the recorder never to the office's database.
"""
