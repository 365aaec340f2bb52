# docker build -t quantize .
# docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" quantize photo.jpg -k 64

FROM python:3.13-slim AS build
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --wheel-dir /wheels '.[optimize]' \
    # without its compiled kernels the image would be slow, so it is not made
    && ls /wheels/quantize_colors-*-abi3-*.whl

FROM python:3.13-slim
# hadolint ignore=DL3013
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels 'quantize-colors[optimize]' \
    && useradd --create-home --uid 1000 quantize
USER 1000
WORKDIR /work
VOLUME /work
ENTRYPOINT ["quantize"]
CMD ["--help"]
