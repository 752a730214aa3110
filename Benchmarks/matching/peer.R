# One peer on one problem, in a process of its own, one row in the form of the benchmark's own:
#   peer.R TOOL FILE METHOD SIZES...
# A peer that is not installed is named as skipped. Reading the file is not in the time; the peak is the whole process.
arguments <- commandArgs(TRUE)
tool <- arguments[1]
method <- arguments[3]
sizes <- as.integer(arguments[-(1:3)])
has <- function(package) suppressMessages(suppressWarnings(requireNamespace(package, quietly = TRUE)))
needs <- if (tool == "optmatch") c("MatchIt", "optmatch") else tool
task <- if (method == "two-level") "schools and pupils, jointly" else
  paste0(method, ", ", if (sizes[3] == 1) "score" else paste0("Mahalanobis, ", sizes[3], " covariates"))
if (!all(vapply(needs, has, TRUE))) {
  cat(task, tool, "-", "-", "-", "-", "skipped: not installed here\n", sep = "\t")
  quit()
}
d <- read.csv(arguments[2])
row.names(d) <- paste0("u", seq_len(nrow(d)))
xs <- grep("^x", names(d), value = TRUE)
x <- as.matrix(d[xs])
treated <- which(d$treated == 1)
between <- function(a, b) sum(sqrt(rowSums((x[a, , drop = FALSE] - x[b, , drop = FALSE])^2)))
said <- function(total) sprintf("total distance %.6f", total)
f <- if (length(xs)) reformulate(xs, "treated")
score <- if (length(xs)) setNames(d$x1, row.names(d))

# Each answers with a note; what the note needs is worked out after the clock has stopped.
matchit <- function(kind) {
  options(optmatch_max_problem_size = Inf)
  m <- MatchIt::matchit(f, d, method = kind, distance = if (length(xs) == 1) score else "euclidean")
  function() {
    if (kind == "full") {
      set <- split(seq_len(nrow(d)), m$subclass)
      said(sum(vapply(set, function(u) {
        t <- u[d$treated[u] == 1]
        c <- u[d$treated[u] == 0]
        if (length(t) == 1) between(rep(t, length(c)), c) else between(t, rep(c, length(t)))
      }, 0)))
    } else {
      pairs <- m$match.matrix[, 1]
      said(between(match(names(pairs), row.names(d)), match(pairs, row.names(d))))
    }
  }
}
work <- switch(tool,
  MatchIt = function() matchit(method), optmatch = function() matchit(method),
  couplr = function() {
    m <- couplr::match_couples(d[treated, ], d[-treated, ], vars = xs, distance = "euclidean", check_costs = FALSE)
    function() said(m$info$total_distance)
  },
  rcbalance = function() {
    costs <- as.matrix(dist(x))[treated, -treated]
    m <- suppressMessages(rcbalance::rcbalance(
      costs, fb.list = list("kind"), treated.info = d[treated, "kind", drop = FALSE],
      control.info = d[-treated, "kind", drop = FALSE]))
    function() said(sum(costs[cbind(as.integer(row.names(m$matches)), as.integer(m$matches))]))
  },
  matchMulti = function() {
    m <- suppressMessages(matchMulti::matchMulti(
      d, treatment = "treated", school.id = "school", student.vars = c("ses", "minority", "female"), verbose = FALSE))
    function() paste(nrow(m$school.match), "pairs of schools")
  })
if (tool == "matchMulti") suppressMessages(library(matchMulti))
if (tool == "rcbalance") suppressMessages(library(rcbalance))
time <- system.time(result <- work())
status <- grep("^VmHWM", readLines("/proc/self/status"), value = TRUE)
peak <- if (length(status)) paste(as.integer(gsub("\\D", "", status)) %/% 1024, "MB") else "-"
cat(task, paste(tool, packageVersion(tool)), paste(head(sizes, 2), collapse = " x "),
    sprintf("%.4f", time[["elapsed"]]), sprintf("%.4f", time[["user.self"]] + time[["sys.self"]]), peak, result(),
    sep = "\t")
cat("\n")
