import pytest
from app.core.settings import load_settings
from app.rerank import build_reranker
from app.search import Searcher
from app.stages import build_retriever
from tests.support.cases import ingest_case

def test_explore(database, embedder, data_dir):
    import time
    rr={n: build_reranker(n, embedder, data_dir, budget_ms=0) for n in ("none","auto","late-interaction")}
    retr=build_retriever(database, embedder, load_settings())
    for case, qs in {"12":["What is the phone number of Amara Delcourt?","phone Wetterby","When does Milan Horvat like calls?","Sofia Reinholt number"],
      "13":["What is the daily allowance in 2026?","What is the latest daily allowance?","daily allowance 2023","daily allowance in 2024","What was the old daily allowance?","What was the previous daily allowance?","aktueller Tagessatz daily allowance","What is the daily allowance?","What is the current daily allowance?"],
      "40":["What is the price per pallet in Orion_Supplier_Contract.md?","price per pallet in Vega_Supplier_Contract.md","notice of the Vega supplier contract","notice period of the Orion contract"],
      "23":["¿Cuándo se cierra la sauna?","Quand la sauna est-elle fermée ?","Wann ist die Sauna geschlossen?","Combien coûte une parcelle par an ?","¿Cuánto tiempo puedo llevar libros a casa?"],
      "44":["When is the turnstile greased?"]}.items():
        from sqlalchemy import text
        with database.begin() as c: c.execute(text("truncate documents cascade"))
        ingest_case(database, embedder, case)
        for n,r in rr.items():
            s=Searcher(retriever=retr,reranker=r)
            for q in qs:
                f=s.search(q)
                print(case,n,q,[(h.name,h.heading,round(h.rerank_score or h.fused_score,2),h.reason) for h in f.context.hits[:4]],f.notices)
