"""Descriptions of random networks by networkx: run with `python3 generate.py`, versions in session.txt."""
import json, random, sys
import networkx as nx

random.seed(20140)
cases = []
for index in range(12):
    directed = index % 2 == 0
    n = 9 + index
    p = [0.08, 0.15, 0.3][index % 3]
    ties = [[i, j] for i in range(n) for j in range(n)
            if i != j and (directed or i < j) and random.random() < p]
    kinds = [random.randrange(3) for _ in range(n)]
    g = (nx.DiGraph if directed else nx.Graph)()
    g.add_nodes_from(range(n))
    g.add_edges_from(ties)
    nx.set_node_attributes(g, dict(enumerate(kinds)), "kind")
    u = g.to_undirected()
    census = nx.triadic_census(g) if directed else None
    cases.append({
        "directed": directed, "actors": n, "ties": ties, "kinds": kinds,
        "density": nx.density(g),
        "reciprocity": nx.overall_reciprocity(g) if directed and ties else None,
        "transitivity": None if directed else nx.transitivity(g),
        "components": sorted(len(c) for c in nx.connected_components(u)),
        "bridges": sorted(sorted(b) for b in nx.bridges(u)),
        "betweenness": [nx.betweenness_centrality(g, normalized=False)[k] for k in range(n)],
        "assortativity": nx.attribute_assortativity_coefficient(g, "kind") if ties else None,
        "triads": census,
    })
json.dump(cases, open("descriptions.json", "w"), indent=None, separators=(",", ":"))
open("session.txt", "w").write("Python %s\nnetworkx %s\n" % (sys.version.split()[0], nx.__version__))
