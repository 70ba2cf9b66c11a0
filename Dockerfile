# One image for the page, the worker and the migration; which of them runs is the command's business.
ARG PYTHON_IMAGE=python:3.11.15-slim-bookworm
FROM ${PYTHON_IMAGE}

# PyTorch's CPU index keeps several GB of CUDA out of the image; for a GPU: --build-arg TORCH_INDEX=https://pypi.org/simple
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /srv/foremost
# Without the constraints: that index holds few versions of what torch needs. The next step brings them to the locked ones.
RUN pip install --no-cache-dir --index-url "${TORCH_INDEX}" "torch>=2.6,<2.14"
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY app app
COPY ingest ingest
COPY migrations migrations
RUN pip install --no-cache-dir -c constraints.txt ".[embedding,s3,tracing]"

# Scanned pages and Git repositories are read by these programs; everything else works without them.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends git openssh-client tesseract-ocr && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home foremost && mkdir /data && chown foremost /data
USER foremost
ENV FOREMOST_DATA_DIR=/data \
    HF_HUB_OFFLINE=1 \
    PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 7860
CMD ["python", "-m", "app", "serve", "--no-worker"]
