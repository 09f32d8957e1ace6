"""AWS X-Ray on a laptop: the daemon that functions send their segments to, and the API that gives traces back.

moto has an X-Ray too, but one that knows neither annotations nor filters, and leaves subsegments that came by themselves where they are.
"""
