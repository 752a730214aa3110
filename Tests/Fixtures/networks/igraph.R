# Descriptions of two real networks by igraph: run with `Rscript igraph.R FOLDER`, FOLDER holding the edges and nodes of
# school leaders and of teachers' advice, which are not part of the project. Writes igraph.json; versions in
# igraph-session.txt.
suppressMessages(library(igraph))
folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) read.csv(file.path(folder, name))
describe <- function(name, edges, n, kinds) {
  g <- graph_from_data_frame(edges, directed = TRUE, vertices = data.frame(name = seq_len(n)))
  both <- as.undirected(g, mode = "collapse")
  inside <- kinds[edges[, 1]] == kinds[edges[, 2]]
  list(
    name = name, actors = n, ties = ecount(g), reciprocity = reciprocity(g, mode = "default"),
    transitivity_undirected = transitivity(both, type = "global"),
    components = as.numeric(sort(components(g, mode = "weak")$csize)),
    isolates = sum(degree(g, mode = "all") == 0),
    betweenness = betweenness(g, directed = TRUE, normalized = FALSE),
    betweenness_undirected = betweenness(both, directed = FALSE, normalized = FALSE),
    assortativity = assortativity_nominal(g, kinds, directed = TRUE),
    assortativity_degree_undirected = assortativity_degree(both, directed = FALSE),
    ei = (sum(!inside) - sum(inside)) / length(inside))
}
nodes <- read("school_leader_nodes.csv")
leaders <- read("school_leader_edges.csv")
cases <- lapply(c("collab_y1", "collab_y3"), function(wave) {
  rows <- leaders[leaders$relation == wave & leaders$value >= 3 & leaders$from != leaders$to, ]
  describe(wave, unique(rows[, c("from", "to")]), nrow(nodes), nodes$district_site + 1)
})
edges <- read("advice_edges.csv")
people <- read("advice_nodes.csv")
for (school in c(1, 6, 7)) {
  n <- sum(people$id == school)
  years <- people$YrsTch[people$id == school]
  rows <- edges[edges$id == school & edges$Outcome == 1, ]
  cases[[length(cases) + 1]] <- describe(
    paste0("advice_", school), unique(rows[, c("Sender", "Receiver")]), n, 1 + (years > median(years)))
}
number <- function(x) paste(format(x, digits = 17, scientific = FALSE, trim = TRUE), collapse = ", ")
field <- function(key, value) {
  if (is.character(value)) return(sprintf('"%s": "%s"', key, value))
  text <- number(value)
  many <- c("components", "betweenness", "betweenness_undirected")
  sprintf('"%s": %s', key, if (key %in% many) paste0("[", text, "]") else text)
}
objects <- vapply(cases, function(case) {
  paste0("  {", paste(mapply(field, names(case), case), collapse = ", "), "}")
}, "")
writeLines(c("[", paste(objects, collapse = ",\n"), "]"), "igraph.json")
writeLines(c(R.version.string, paste("igraph", packageVersion("igraph"))), "igraph-session.txt")
