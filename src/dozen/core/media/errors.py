from __future__ import annotations

from dozen.kit.errors import Conflict, Fault, Invalid, NotFound, TooLarge, TooMany, Unavailable, Unsupported


class MediaNotFound(NotFound):
    code = "media_not_found"
    title = "There is no such picture, video or file"


class UploadNotFound(NotFound):
    code = "upload_not_found"
    title = "There is no such upload; perhaps it has expired"


class UnknownType(Unsupported):
    code = "media_type_unknown"
    title = "This kind of file is not accepted here"


class TypeMismatch(Unsupported):
    code = "media_type_mismatch"
    title = "This file is not what its name or type says"


class BrokenMedia(Invalid):
    code = "media_broken"
    title = "This file is damaged or incomplete"


class MediaTooLarge(TooLarge):
    """``most`` is in bytes."""

    code = "media_too_large"
    title = "This file is larger than allowed"


class PictureTooLarge(Invalid):
    code = "picture_too_large"
    title = "This picture has more pixels than allowed"


class AnimationTooLong(Invalid):
    code = "animation_too_long"
    title = "This animation has too many or too large frames"


class VideoUnavailable(Unavailable):
    code = "video_unavailable"
    status = 501
    title = "This server cannot take videos: it has no ffmpeg"


class AlreadyAttached(Conflict):
    code = "media_attached"
    title = "This picture or video is already used somewhere else"


class MediaHeld(Conflict):
    """The detail is what the room that holds it says to its owner."""

    code = "media_held"
    title = "This picture or file is still needed where it was shown"


class StillProcessing(Conflict):
    code = "media_processing"
    title = "This video is still being prepared; please try again in a moment"


class ProcessingFailed(Conflict):
    code = "media_failed"
    title = "This video could not be prepared"


class QuotaExceeded(TooLarge):
    """``used`` and ``limit`` are in bytes."""

    code = "media_quota"
    title = "Your storage is full; delete something first"


class TooManyUploads(TooMany):
    code = "too_many_uploads"
    title = "Too many uploads are open at once; finish some first"


class UploadIncomplete(Conflict):
    code = "upload_incomplete"
    title = "Not all parts of this upload have arrived"


class UploadOverflow(Invalid):
    code = "upload_overflow"
    title = "More bytes were sent than announced"


class StorageDown(Unavailable):
    code = "storage_unavailable"
    title = "Files cannot be read or written right now; please try again"


class Unplayable(Fault):
    """Why a video was given up: kept with it for its owner to read."""

    code = "media_unplayable"
    status = 422
    title = "This video could not be prepared"
