"""The run configuration of steps: what stands under a field is its description in the launchpad.

Belongs here: that. Does not belong here: any field; those stand beside the step that takes them.
"""

import dagster as dg


class DescribedConfig(dg.Config):
    """A run configuration whose fields are explained where they are filled in."""

    model_config = {"use_attribute_docstrings": True}  # noqa: RUF012  (pydantic's own way)
