import os

from hypothesis import settings

# Powertools reads these when a handler is imported.
os.environ |= {
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_METRICS_NAMESPACE": "Remit",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
}

# How fast an example is says more about what else the machine does.
settings.register_profile("remit", deadline=None)
settings.load_profile("remit")
