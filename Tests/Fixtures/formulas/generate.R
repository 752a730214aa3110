# Expected terms and design matrices of formulas: R's own terms(), model.matrix(), and lme4's lFormula().
# Run in this folder: Rscript generate.R. It writes formulas.json and session.txt.
suppressMessages({library(lme4); library(jsonlite)})
set.seed(20)
n <- 24
data <- data.frame(
  y = round(rnorm(n), 3),
  x = round(rnorm(n), 3),
  z = round(runif(n, 1, 5), 3),
  w = round(runif(n, 0.5, 2), 3),
  d = rep(c(2, 1, 3), length.out = n),
  l = rep(c(1, 0, 0, 1, 0), length.out = n),
  a = factor(rep(c("p", "q"), each = 12)),
  b = factor(rep(c("low", "mid", "high"), length.out = n), levels = c("low", "mid", "high")),
  f = factor(rep(c("u", "v", "s", "t"), times = c(7, 6, 6, 5)), levels = c("u", "v", "s", "t")),
  school = factor(rep(c("s1", "s2", "s3"), times = 8)),
  la = factor(rep(c("north", "south"), each = 12)),
  region = factor(rep(c("r1", "r2"), each = 12))
)
fixed <- c(
  "y ~ x", "y ~ 1", "y ~ 0 + x", "y ~ x - 1", "y ~ -1 + x + z", "y ~ x + 0", "y ~ x - 1 + 1",
  "y ~ a", "y ~ b", "y ~ 0 + b", "y ~ a + b", "y ~ 0 + a + b", "y ~ 0 + x + a", "y ~ a*b", "y ~ a:b",
  "y ~ a + a:b", "y ~ b + a:b", "y ~ 0 + a:b", "y ~ 0 + a + a:b", "y ~ x:a", "y ~ x + x:a", "y ~ a + x:a",
  "y ~ a*x", "y ~ 0 + a*x", "y ~ 0 + x:a", "y ~ 0 + x + x:a", "y ~ x*z", "y ~ x:z", "y ~ x*z*a",
  "y ~ a*b*x", "y ~ a:b:x", "y ~ a:x + b:x", "y ~ (a + b + x)^2", "y ~ (a + b + x)^3", "y ~ (a + x)^2",
  "y ~ (a + b + x)^2 - a:b", "y ~ a*b*x - a:b:x", "y ~ a*b - a", "y ~ a*b - b", "y ~ a*b - a - b",
  "y ~ a/b", "y ~ a/x", "y ~ x/a", "y ~ (a + b)/x", "y ~ a/(b + x)", "y ~ a/b/x", "y ~ 0 + a/b",
  "y ~ b:a + a", "y ~ b:a + a + b", "y ~ x:b + a:b", "y ~ a + b:x + x", "y ~ b + x + a:x:b",
  "y ~ I(x^2)", "y ~ x + I(x^2) + I(x^3)", "y ~ log(z)", "y ~ log(z)*a", "y ~ exp(x) + sqrt(z) + abs(x)",
  "y ~ I(x + z)", "y ~ I(x * z - 1)", "y ~ I((x + z) / 2)", "y ~ I(x/z)", "y ~ I(-x)", "y ~ log(x^2 + 1)",
  "y ~ I(x > 0)", "y ~ factor(d)", "y ~ 0 + factor(d)", "y ~ factor(d)*x", "y ~ factor(d):a",
  "y ~ factor(l)", "y ~ l", "y ~ l*a", "y ~ l:x + l", "log(z) ~ x", "I(y^2) ~ x", "y ~ x + offset(z)",
  "y ~ offset(log(z)) + a", "y ~ (x + z)", "y ~ ((x)) + (z)", "y ~ x + x", "y ~ x*x", "y ~ a*a",
  "y ~ x + z - x", "y ~ x + z - (x + z)", "y ~ (x + z)*(a + b)", "y ~ (x + z):(a + b)",
  "y ~ x + (z + a:b)", "y ~ z + a + x + b", "y ~ a:x + z:x + b", "y ~ f", "y ~ f*b", "y ~ 0 + f + b",
  "y ~ 0 + x:z + f", "y ~ 0 + x:f + a", "y ~ f:b - 1", "y ~ a*b*f", "y ~ a:b + b:f", "y ~ a + b:f + a:f",
  "y ~ (a + b + f)^2", "y ~ (a + b + f)^2 - 1", "y ~ (a + b)^2 + x", "y ~ x - a", "y ~ (x - 1) + a",
  "y ~ 1 + x - 1", "y ~ x + (a - 1)", "y ~ x - (-1)", "y ~ x - 0", "y ~ round(x, 1)", "y ~ round(z)"
)
fixed_contrasts <- c(
  "y ~ b", "y ~ a*b", "y ~ 0 + b", "y ~ 0 + b + a", "y ~ x*b", "y ~ a:b", "y ~ a + a:b", "y ~ f*a")
random <- c(
  "y ~ x + (1 | school)", "y ~ x + (x | school)", "y ~ x + (1 + x | school)", "y ~ x + (0 + x | school)",
  "y ~ x + (x - 1 | school)", "y ~ x + (x || school)", "y ~ x + (1 | la/school)", "y ~ x + (1 | la) + (1 | school)",
  "y ~ x + (1 | school:la)", "y ~ x + (x | la/school)", "y ~ x + (x || la/school)", "y ~ (1 | school) + x",
  "y ~ a + (0 + a | school)", "y ~ a + (a | school)", "y ~ b + (0 + b | school)", "y ~ x*a + (x*a | la)",
  "y ~ x + (0 + a:x | la)", "y ~ x + (1 | school) + (0 + x | school)", "y ~ x + (1 | la/region/school)",
  "y ~ x + (x + z || school)", "y ~ a + (a || school)", "y ~ x + (I(x^2) + x | la)", "y ~ l + (0 + l | school)",
  "y ~ 0 + x + (1 | school)", "y ~ 1 + (1 | la:school) + (log(z) | la)")
columns <- function(m) {
  list(names = as.list(colnames(m)), values = lapply(seq_len(ncol(m)), function(j) unname(as.numeric(m[, j]))))
}
fixed_case <- function(text, contrasts = NULL) {
  form <- as.formula(text)
  t <- terms(form)
  mf <- model.frame(form, data)
  m <- model.matrix(t, mf, contrasts.arg = contrasts)
  # Logical values are numbers in the study language.
  colnames(m) <- gsub("I\\(x > 0\\)TRUE", "I(x > 0)", colnames(m))
  q <- qr(m)
  kept <- sort(q$pivot[seq_len(q$rank)])
  off <- model.offset(mf)
  list(formula = text, labels = as.list(attr(t, "term.labels")), intercept = attr(t, "intercept") == 1,
    design = columns(m), kept = as.list(colnames(m)[kept]), contrasts = as.list(contrasts),
    response = as.numeric(model.response(mf)), offset = if (is.null(off)) list() else as.numeric(off))
}
random_case <- function(text) {
  form <- as.formula(text)
  bars <- findbars(form)
  fr <- model.frame(subbars(form), data)
  # One term at a time, since mkReTrms sorts them.
  terms <- lapply(bars, function(bar) {
    re <- mkReTrms(list(bar), fr)
    design <- model.matrix(eval(substitute(~ foo, list(foo = bar[[2]]))), fr)
    list(group = deparse(bar[[3]]), levels = as.list(levels(re$flist[[1]])),
      codes = as.integer(re$flist[[1]]) - 1L, design = columns(design))
  })
  list(formula = text, fixed = columns(model.matrix(nobars(form), fr)), random = terms)
}
special <- list(`contr.sum` = "contr.sum")
result <- list(
  data = list(
    numbers = lapply(data[, c("y", "x", "z", "w", "d", "l")], as.numeric),
    categories = lapply(data[, c("a", "b", "f", "school", "la", "region")], function(v)
      list(levels = as.list(levels(v)), values = as.list(as.character(v))))),
  fixed = lapply(fixed, fixed_case),
  contrasts = lapply(fixed_contrasts, function(text) fixed_case(text,
    if (grepl("f", sub("y ~", "", text), fixed = TRUE)) list(f = "contr.sum", a = "contr.sum") else list(b = "contr.sum"))),
  random = lapply(random, random_case))
write(toJSON(result, auto_unbox = TRUE, digits = NA, null = "null"), "formulas.json")
writeLines(c(R.version.string, paste("lme4", packageVersion("lme4")), paste("jsonlite", packageVersion("jsonlite"))),
  "session.txt")
