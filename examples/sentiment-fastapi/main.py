"""A sentiment service for docs/sentiment-api.openapi.yaml.

pip install fastapi uvicorn transformers torch
SENTIMENT_API_KEY=secret uvicorn main:app --port 8000
"""

import os
import secrets
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, Field
from transformers import pipeline

MODEL = os.environ.get("MODEL", "cardiffnlp/twitter-xlm-roberta-base-sentiment")
KEY = os.environ["SENTIMENT_API_KEY"]

app = FastAPI()
classify = pipeline("text-classification", model=MODEL, top_k=None)


class Request(BaseModel):
    texts: list[Annotated[str, Field(min_length=1, max_length=5000)]] = Field(min_length=1, max_length=1000)
    model: str | None = None


class Result(BaseModel):
    label: Literal["positive", "neutral", "negative"]
    confidence: float = Field(ge=0, le=1)
    score: float = Field(ge=-1, le=1)
    language: str | None = None


class Answer(BaseModel):
    model: str
    results: list[Result]


def check_key(authorization: Annotated[str, Header()] = "") -> None:
    if not secrets.compare_digest(authorization.encode(), f"Bearer {KEY}".encode()):
        raise HTTPException(401, "wrong key")


@app.post("/analyze", dependencies=[Depends(check_key)])
def analyze(request: Request) -> Answer:
    results = []
    for scores in classify(request.texts, truncation=True, max_length=512):
        likely = {item["label"].lower(): item["score"] for item in scores}
        label = max(likely, key=lambda name: likely[name])
        score = likely.get("positive", 0.0) - likely.get("negative", 0.0)
        results.append(Result(label=label, confidence=min(likely[label], 1.0), score=max(-1.0, min(score, 1.0))))
    return Answer(model=MODEL, results=results)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok", "model": MODEL}
