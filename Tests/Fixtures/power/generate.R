# Power and minimum detectable effects from R's own noncentral t distribution: Rscript generate.R
# The variances are written out here design by design as Dong & Maynard (2013) print them, apart from the package's
# single formula.
library(jsonlite)
exact <- function(x) if (is.list(x)) lapply(x, exact) else if (is.double(x)) sprintf("@%.17g@", x) else x
tail <- function(ratio, df, alpha) {
  critical <- qt(1 - alpha / 2, df)
  pt(critical, df, ratio, lower.tail = FALSE) + pt(-critical, df, ratio)
}
mdes <- function(se, df, alpha, power)
  se * uniroot(function(r) tail(r, df, alpha) - power, c(0, 30), tol = 1e-14)$root
designs <- list(
  list(name = "CRA2_2", kind = "clusters", levels = list(schools = c(40, .15, .5, 0), pupils = c(25, .85, .4, 0)),
    treated = .5, g = 1, se = sqrt(.15 * .5 / (.25 * 40) + .85 * .6 / (.25 * 40 * 25)), df = 40 - 1 - 2),
  list(name = "CRA2_2 unequal", kind = "clusters", levels = list(schools = c(61, .2, 0, 0), pupils = c(18, .8, 0, 0)),
    treated = .35, g = 0, se = sqrt(.2 / (.35 * .65 * 61) + .8 / (.35 * .65 * 61 * 18)), df = 59),
  list(name = "CRA3_3", kind = "clusters",
    levels = list(authorities = c(30, .05, .2, 0), schools = c(4, .1, .5, 0), pupils = c(60, .85, .5, 0)),
    treated = .5, g = 2, se = sqrt(.05 * .8 / (.25 * 30) + .1 * .5 / (.25 * 120) + .85 * .5 / (.25 * 7200)), df = 26),
  list(name = "BIRA2_1r", kind = "multisite", levels = list(schools = c(20, .35, 0, .1), pupils = c(50, .65, .4, 0)),
    treated = .5, g = 0, se = sqrt(.35 * .1 / 20 + .65 * .6 / (.25 * 1000)), df = 19),
  list(name = "BIRA2_1f", kind = "multisite", fixed = TRUE,
    levels = list(schools = c(20, 0, 0, 0), pupils = c(50, 1, .4, 0)),
    treated = .5, g = 1, se = sqrt(.6 / (.25 * 1000)), df = 20 * 48 - 1),
  list(name = "BCRA3_2r", kind = "multisite",
    levels = list(authorities = c(12, .1, 0, .25), schools = c(8, .15, .6, 0), pupils = c(40, .75, .5, 0)),
    treated = .5, g = 1, se = sqrt(.1 * .25 / 12 + .15 * .4 / (.25 * 96) + .75 * .5 / (.25 * 96 * 40)), df = 10),
  list(name = "BCRA3_2f", kind = "multisite", fixed = TRUE,
    levels = list(authorities = c(5, 0, 0, 0), schools = c(10, .1, .5, 0), pupils = c(20, .9, .5, 0)),
    treated = .5, g = 1, se = sqrt(.1 * .5 / (.25 * 50) + .9 * .5 / (.25 * 1000)), df = 5 * 8 - 1),
  list(name = "pairs", kind = "pairs", pairing = .4, levels = list(schools = c(36, .18, 0, 0), pupils = c(30, .82, .3, 0)),
    treated = .5, g = 0, se = sqrt(2 / 18 * (.18 * .6 + .82 * .7 / 30)), df = 17))
cases <- lapply(designs, function(d) {
  alpha <- if (d$name == "CRA3_3") .1 else .05
  power <- if (d$name == "BIRA2_1r") .9 else .8
  effect <- .2
  c(d[c("name", "kind", "treated", "g")], list(fixed = isTRUE(d$fixed), pairing = if (is.null(d$pairing)) 0 else d$pairing,
    levels = lapply(names(d$levels), function(n) list(name = n, numbers = d$levels[[n]])),
    alpha = alpha, target = power, effect = effect, se = d$se, df = as.double(d$df),
    power = tail(effect / d$se, d$df, alpha), mdes = mdes(d$se, d$df, alpha, power),
    multiplier = d$se * (qt(1 - alpha / 2, d$df) + qt(power, d$df))))
})
grid <- expand.grid(x = c(-6, -2.5, -.4, 0, .3, 1.5, 2.1, 4, 12), df = c(1.5, 3, 8.4, 22, 150, 2400), ncp = c(-3, -.2, 0, .5, 2.8, 6, 15))
# R itself states that its pt(ncp) is accurate in absolute terms.
grid$p <- with(grid, mapply(pt, x, df, ncp))
required <- function(effect, alpha, power) {
  j <- 4
  while (tail(effect / sqrt(.2 / (.25 * j) + .8 / (.25 * j * 20)), j - 2, alpha) < power) j <- j + 1
  j
}
result <- list(noncentral = lapply(seq_len(nrow(grid)), function(i) unlist(grid[i, ], use.names = FALSE)), designs = cases,
  required = lapply(c(.15, .2, .3, .5), function(e) c(e, required(e, .05, .8))))
text <- toJSON(exact(result), auto_unbox = TRUE, pretty = TRUE)
writeLines(gsub('"@([^"]*)@"', "\\1", text), "power.json")
writeLines(capture.output(sessionInfo()), "session.txt")
