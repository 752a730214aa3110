# Schools over years with known truth: federations that form in different years, an effect that grows, a trend that
# depends on prior attainment, and no tests in 2020 and 2021. Run in this folder: Rscript generate.R
set.seed(2013)
n <- 240
federated <- rep(c(TRUE, FALSE), c(90, 150))
federation <- c(rep(sprintf("F%02d", 1:30), each = 3), rep(NA, 150))
joined <- c(rep(c(2015, 2016, 2018, 2019, 2022), each = 18), rep(NA, 150))
prior <- round(rnorm(n, ifelse(federated, -0.3, 0)), 3)
fsm <- round(pmin(70, pmax(1, 18 - 5 * prior + rnorm(n, 0, 6))), 1)
level <- 0.6 * prior - 0.015 * (fsm - 18) + rnorm(n, 0, 0.3)
together <- c(rep(rnorm(30, 0, 0.05), each = 3), rep(0, 150))
years <- c(2013:2019, 2022)
rows <- do.call(rbind, lapply(seq_len(n), function(i) {
  since <- if (is.na(joined[i])) rep(-1, length(years)) else years - joined[i]
  effect <- ifelse(since >= 0, 0.06 + 0.03 * pmin(since, 3) + together[i], 0)
  # Schools with low prior attainment catch up by 0.03 a year and standard deviation, federated or not.
  trend <- -0.03 * prior[i] * (years - 2013) + 0.02 * (years - 2013)
  data.frame(urn = 800000 + i, year = years, federation = federation[i], joined = joined[i], prior = prior[i],
    fsm = fsm[i], reading = round(level[i] + trend + effect + rnorm(length(years), 0, 0.12), 3))
}))
write.csv(rows, "results.csv", row.names = FALSE, quote = FALSE, na = "")
