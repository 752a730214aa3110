# Times data.table's fread on one thread: Rscript peer.R FILE TIMES
library(data.table)
setDTthreads(1)
arguments <- commandArgs(trailingOnly = TRUE)
for (time in seq_len(as.integer(arguments[2]))) {
  taken <- system.time(table <- fread(arguments[1], nThread = 1L, showProgress = FALSE))
  used <- taken[["user.self"]] + taken[["sys.self"]]
  cat("fread", used, taken[["elapsed"]], nrow(table), ncol(table), "\n")
}
