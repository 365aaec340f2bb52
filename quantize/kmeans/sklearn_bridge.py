"""What makes an estimator at home in scikit-learn: parameters, tags, routing, containers, display.

scikit-learn is never imported for its own sake: only where it is loaded already, for instance by a
pipeline or a grid search, are its classes of warnings and errors used, and its mixins are bases of
ours.
"""

from __future__ import annotations

import html
import inspect
import sys
import warnings
from abc import ABC
from typing import Any, Final, Self

from numpy.typing import NDArray

from quantize.errors import DataError, MissingPackageError, NotFittedError

Array = NDArray[Any]

METHODS: Final = ("fit", "partial_fit", "score")
"""Methods that take `sample_weight`, which scikit-learn's metadata routing can hand to them."""

CONTAINERS: Final = ("default", "pandas", "polars")
"""What `transform` can return, by `set_output`."""


def is_loaded() -> bool:
    """Return whether scikit-learn is in use in this process."""
    return sys.modules.get("sklearn.base") is not None


def not_fitted(name: str) -> Exception:
    """Return the error of an estimator that is used before `fit`, of scikit-learn's class."""
    message = f"This {name} instance is not fitted yet; call 'fit' before using it."
    if is_loaded():
        from sklearn.exceptions import NotFittedError as Theirs

        return Theirs(message)  # type: ignore[no-any-return]
    return NotFittedError(message)


def warn_of_convergence(message: str) -> None:
    """Warn as scikit-learn does: its `ConvergenceWarning`, or a UserWarning, which that is."""
    kind: type[Warning] = UserWarning
    if is_loaded():
        from sklearn.exceptions import ConvergenceWarning

        kind = ConvergenceWarning
    warnings.warn(message, kind, stacklevel=4)


class Bridge(ABC):
    """Parameters, tags, metadata routing, containers and display of an estimator."""

    _sklearn_output_config: dict[str, str]
    _metadata_request: Any

    def __new__(cls, *_args: object, **_kwargs: object) -> Self:
        """Make the classes heirs of scikit-learn's mixins as soon as it is loaded."""
        if is_loaded():
            from sklearn.base import ClusterMixin, TransformerMixin

            if ClusterMixin not in Bridge.__bases__:
                # last, so that whatever is defined here stays as it is
                Bridge.__bases__ = (*Bridge.__bases__, ClusterMixin, TransformerMixin)
        return super().__new__(cls)

    # ------------------------------------------------------------------------------- parameters

    @classmethod
    def _parameters(cls) -> list[str]:
        return [name for name in inspect.signature(cls.__init__).parameters if name != "self"]

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - its signature
        """Return the constructor's arguments, by name."""
        return {name: getattr(self, name) for name in self._parameters()}

    def set_params(self, **params: Any) -> Self:
        """Set some of the constructor's arguments; an unknown name is a ValueError."""
        for name, value in params.items():
            if name not in self._parameters():
                valid = ", ".join(self._parameters())
                raise DataError(f"Invalid parameter {name!r}; valid parameters are {valid}")
            setattr(self, name, value)
        return self

    # ---------------------------------------------------------------------------------- display

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        given = (
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if repr(value) != repr(defaults[name].default)
        )
        return f"{type(self).__name__}({', '.join(given)})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: scikit-learn's diagram where it is loaded."""
        if is_loaded():
            from sklearn.utils import estimator_html_repr

            return str(estimator_html_repr(self))
        return f"<pre>{html.escape(repr(self))}</pre>"

    # --------------------------------------------------------------------- tags and its metadata

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type="clusterer",
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(preserves_dtype=["float64", "float32"]),
            input_tags=InputTags(sparse=True),
        )

    def get_metadata_routing(self) -> Any:
        """Return which methods ask for `sample_weight`, as scikit-learn's `MetadataRequest`."""
        from sklearn.utils.metadata_routing import MetadataRequest

        if hasattr(self, "_metadata_request"):
            return self._metadata_request
        request = MetadataRequest(owner=self)
        for method in METHODS:
            if hasattr(self, method):
                getattr(request, method).add_request(param="sample_weight", alias=None)
        return request

    def set_fit_request(self, *, sample_weight: bool | str | None) -> Self:
        """Say whether a pipeline or search hands `sample_weight` to `fit`, and under which name."""
        return self._request("fit", sample_weight)

    def set_score_request(self, *, sample_weight: bool | str | None) -> Self:
        """Say whether a pipeline or search hands `sample_weight` to `score`."""
        return self._request("score", sample_weight)

    def _request(self, method: str, alias: bool | str | None) -> Self:
        from sklearn import get_config

        if not get_config()["enable_metadata_routing"]:
            raise RuntimeError(
                "This method is only available when metadata routing is enabled. You can enable it "
                "using sklearn.set_config(enable_metadata_routing=True)."
            )
        request = self.get_metadata_routing()
        getattr(request, method).add_request(param="sample_weight", alias=alias)
        self._metadata_request = request
        return self

    # ------------------------------------------------------------------------------- containers

    def set_output(self, *, transform: str | None = None) -> Self:
        """Set what `transform` returns: an array (`default`), or a frame of pandas or polars.

        Args:
            transform: a word of `CONTAINERS`; None changes nothing.
        """
        if transform is not None and transform not in CONTAINERS:
            known = ", ".join(CONTAINERS)
            raise DataError(f"transform: {transform!r} is none of {known}")
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}
        return self

    def _contained(self, values: Array, given: Any) -> Any:
        """Return the result of `transform` of `given` in the container that was asked for."""
        wanted = getattr(self, "_sklearn_output_config", {}).get("transform")
        if wanted is None and is_loaded():
            from sklearn import get_config

            wanted = get_config()["transform_output"]
        if wanted in {None, "default"}:
            return values
        names = list(self.get_feature_names_out())
        try:
            if wanted == "pandas":
                from pandas import DataFrame

                return DataFrame(values, columns=names, index=getattr(given, "index", None))
            from polars import DataFrame as PolarsFrame
        except ImportError:
            raise MissingPackageError(f"set_output(transform={wanted!r})", wanted) from None
        return PolarsFrame(values, schema=names, orient="row")

    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:
        """Return the names of the columns of `transform`: `kmeans0`, `kmeans1` and so on."""
        raise NotImplementedError
