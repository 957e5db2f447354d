"""The IO manager of pages, which lie beside the tables.

Belongs here: how a page reaches the lake through Dagster. Does not belong here: making pages (`report/`), tables
(`resources.py`).
"""

from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from weather_etl.lake.container import Blob, PreconditionFailed
from weather_etl.orchestration.failures import without_details
from weather_etl.orchestration.resources import LEFT, UNCHANGED, WRITTEN, StorageResource


@dataclass
class HtmlPage:
    """A page to publish.

    Attributes:
        html: the bytes; None for a page that stays as it is.
        fingerprint: what it was made from.
        replaces: the page as it was before its inputs were read; None if there was none.
        metadata: for its blob.
    """

    html: bytes | None
    fingerprint: str
    replaces: Blob | None
    metadata: dict[str, str] = field(default_factory=dict)


class PageIOManager(dg.ConfigurableIOManager):
    """Pages beside the tables: `report/station=<id>/index.html`, and the index of all, `report/index.html`.

    Every write is one conditional PUT; who loses leaves the newer page, and its fingerprint tells whether it is stale.
    """

    storage: dg.ResourceDependency[StorageResource]

    _instance: Any = None
    _run: Any = None

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        self._instance, self._run = context.instance, context.run

    def load_input(self, context: dg.InputContext) -> bytes:
        """The page as bytes of HTML."""
        data, _ = self.storage.containers().lake.container.read(_page_name(context))
        return data

    def handle_output(self, context: dg.OutputContext, obj: HtmlPage) -> None:
        """Write a page, unless it stays as it is."""
        container, name = self.storage.containers().lake.container, _page_name(context)
        with without_details(context.log, self._run, self._instance):
            status, size = UNCHANGED, obj.replaces.size if obj.replaces else 0
            if obj.html is not None:
                status, size = WRITTEN, len(obj.html)
                try:
                    container.write(
                        name,
                        obj.html,
                        if_match=obj.replaces.etag if obj.replaces else None,
                        metadata={"fingerprint": obj.fingerprint, **obj.metadata},
                        content_type="text/html; charset=utf-8",
                    )
                except PreconditionFailed:
                    status = LEFT
            context.log.info(f"{name}: {size / 1000:,.0f} KB, {status}")
            context.add_output_metadata({"dagster/uri": f"{container.url}/{name}", "bytes": size, "status": status})


def _page_name(context: dg.InputContext | dg.OutputContext) -> str:
    from weather_etl.report import publish

    return publish.page_name(context.partition_key) if context.has_asset_partitions else publish.INDEX
