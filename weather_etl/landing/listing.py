"""Which landing files there are, and of which station.

Belongs here: listing and routing of blobs, the settings of a station.
Does not belong here: what a version is (`versions.py`), what its bytes are (`unpacking.py`), what was read before
(`ingestion/`).

`landing` is read-only for us; names of blobs are data and never become paths.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from weather_etl.errors import UserError
from weather_etl.lake.blobs import Blob
from weather_etl.lake.container import BlobNotFound, BlobUnreadable, Container, PreconditionFailed
from weather_etl.landing.versions import FORMATS, SHARED, FileVersion, Landing, StationFiles
from weather_etl.stations import SETTINGS_FILE, StationSettings, is_station_id

if TYPE_CHECKING:
    from weather_etl.meteorology.formats.profile import Profile

MAX_SETTINGS = 1024**2  # bytes of a station.toml or of a profile
_IGNORED_NAMES = ("_SUCCESS",)
_IGNORED_ENDINGS = (".tmp", ".crc")


class SettingsChanged(UserError):
    """`station.toml` is no longer the one that was listed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was replaced while it was read; run the station again.")


def route(blobs: Iterable[Blob]) -> Landing:
    """Sort blobs by station: `<station>/<any path>`; markers are ignored, other names are unroutable."""
    landing = Landing()
    for blob in blobs:
        station, slash, rest = blob.name.partition("/")
        leaf = blob.name.rsplit("/", 1)[-1]
        is_marker = blob.name.endswith("/") or blob.metadata.get("hdi_isfolder") == "true"
        if is_marker or leaf in _IGNORED_NAMES or leaf.endswith(_IGNORED_ENDINGS):
            landing.ignored.append(blob.name)
        elif station == FORMATS and rest.endswith(".toml") and "/" not in rest:
            landing.formats[blob.name] = blob.etag
        elif not slash or not (is_station_id(station) or station == SHARED) or {".", ".."} & set(rest.split("/")):
            # HTTP clients fold dot segments, so that such a blob cannot be asked for.
            landing.unroutable.append(blob.name)
        elif rest == SETTINGS_FILE and station != SHARED:
            of_station = landing.stations.setdefault(station, StationFiles())
            of_station.settings_etag, of_station.settings_size = blob.etag, blob.size
        else:
            version = FileVersion(
                blob.name,
                blob.etag,
                blob.size,
                blob.last_modified,
                blob.content_md5,
                content_encoding=blob.content_encoding,
                tier=blob.tier,
            )
            files = landing.stations.setdefault(station, StationFiles()).files if station != SHARED else landing.shared
            files.append(version)
    # A folder with settings only is no station yet.
    landing.settings_only = {s: f.settings_etag for s, f in landing.stations.items() if not f.files and f.settings_etag}
    landing.stations = {s: f for s, f in landing.stations.items() if f.files}
    for folder in landing.stations.values():
        folder.formats = landing.formats
    return landing


def list_landing(container: Container) -> Landing:
    """The whole container. A listing that fails raises; it is never short."""
    return route(container.list())


def list_station(container: Container, station: str) -> StationFiles:
    """The files in one station's folder, in the order (landed_at, name)."""
    landing = route([*container.list(f"{station}/"), *container.list(f"{FORMATS}/")])
    folder = landing.stations.get(station) or StationFiles(
        settings_etag=landing.settings_only.get(station), formats=landing.formats
    )
    folder.files.sort(key=lambda f: (f.landed_at, f.name))
    return folder


def read_settings(container: Container, station: str, files: StationFiles) -> StationSettings:
    """The station's settings: its `station.toml`, else the packaged registry, else defaults (UTC).

    The profiles of the installation come with them; one that cannot be used is left out, and said so.

    Raises:
        UserError: its `station.toml` cannot be read or used.
        SettingsChanged: it was replaced or removed since `files` were listed.
    """
    from weather_etl.station_file import packaged_settings, parse_settings

    if files.settings_etag is None:
        settings = packaged_settings(station)
    else:
        name = f"{station}/{SETTINGS_FILE}"
        if files.settings_size > MAX_SETTINGS:
            raise UserError(
                f"{name} has {files.settings_size:,} bytes, at most {MAX_SETTINGS:,} are read; is it a weather file? "
                "Upload the right one, or delete it."
            )
        try:
            data, _ = container.read(name, files.settings_etag)
        except (BlobNotFound, PreconditionFailed):
            raise SettingsChanged(name) from None
        text = data.decode("utf-8-sig", "replace")
        settings = parse_settings(text, source=name, version=files.settings_version(station))
    if not files.formats:
        return settings
    profiles, errors = read_profiles(container, files.formats)
    return replace(settings, profiles=profiles, profile_errors=errors)


def read_profiles(container: Container, formats: Mapping[str, str]) -> "tuple[tuple[Profile, ...], tuple[str, ...]]":
    """The profiles of the installation, and for each that cannot be used a sentence that says why."""
    from weather_etl.meteorology.formats.profile import ProfileError
    from weather_etl.meteorology.formats.registry import compile_profile

    profiles, errors = [], []
    for name, etag in sorted(formats.items()):
        try:
            data, _ = container.read(name, etag)
            stem = name.rsplit("/", 1)[-1].removesuffix(".toml")
            profiles.append(compile_profile(data.decode("utf-8-sig", "replace"), name=stem, origin=name))
        except ProfileError as error:
            errors.append(f"the profile is not used: {error}")
        except (BlobNotFound, PreconditionFailed):
            errors.append(f"the profile {name} changed while it was read")
        except BlobUnreadable as error:
            errors.append(f"a profile is not used: {error}")
    return tuple(profiles), tuple(errors)
