#!/usr/bin/env Rscript
# Writes the data sets of this folder from Debian's packages r-cran-mlmrev and r-cran-nlme:
#   Rscript Data/export.R
# Numbers are written with as few digits as give the same double when read again; lines end in LF.

folder <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))

shortest <- function(x) {
  text <- sprintf("%.15g", x)
  for (digits in 16:17) {
    rough <- !is.na(x) & as.numeric(text) != x
    text[rough] <- sprintf("%.*g", digits, x[rough])
  }
  text[is.na(x)] <- ""
  text
}

quoted <- function(x) {
  x <- as.character(x)
  x[is.na(x)] <- ""
  needs <- grepl('[",\r\n]', x)
  x[needs] <- paste0('"', gsub('"', '""', x[needs]), '"')
  x
}

write_table <- function(data, ...) {
  cells <- lapply(data, function(x) if (is.numeric(x)) shortest(x) else quoted(x))
  lines <- c(paste(names(data), collapse = ","), do.call(paste, c(cells, sep = ",")))
  connection <- file(file.path(folder, ...), "wb")
  writeLines(lines, connection, sep = "\n")
  close(connection)
}

# Loaded apart, since the packages have data sets of the same name.
from <- function(package, name) {
  place <- new.env()
  data(list = name, package = package, envir = place)
  as.data.frame(place[[name]])
}

# High School and Beyond
pupils <- from("mlmRev", "Hsb82")
write_table(
  data.frame(
    pupil = seq_len(nrow(pupils)), school = as.character(pupils$school),
    minority = pupils$minrty == "Yes", female = pupils$sx == "Female",
    ses = pupils$ses, cses = pupils$cses, mathach = pupils$mAch),
  "high-school-and-beyond", "pupils.csv")

schools <- from("nlme", "MathAchSchool")
schools <- schools[order(as.integer(as.character(schools$School))), ]
first <- pupils[match(as.character(schools$School), as.character(pupils$school)), ]
stopifnot(
  !anyNA(first$school), nrow(schools) == nlevels(pupils$school),
  as.character(first$sector) == as.character(schools$Sector))
write_table(
  data.frame(
    school = as.character(schools$School), sector = schools$Sector, size = schools$Size,
    academic = schools$PRACAD, climate = schools$DISCLIM,
    high_minority = as.character(schools$HIMINTY) == "1",
    meanses = first$meanses, meanses_reported = schools$MEANSES),
  "high-school-and-beyond", "schools.csv")

# London GCSE
exam <- from("mlmRev", "Exam")
write_table(
  data.frame(
    pupil = seq_len(nrow(exam)), school = as.character(exam$school),
    student = as.character(exam$student), normexam = exam$normexam, standLRT = exam$standLRT,
    sex = exam$sex, vr = exam$vr, intake = exam$intake, schgend = exam$schgend,
    schavg = exam$schavg, type = exam$type),
  "london-gcse", "pupils.csv")

# Fife: pupils of 148 primary and 19 secondary schools
fife <- from("mlmRev", "ScotsSec")
write_table(
  data.frame(
    pupil = seq_len(nrow(fife)), primary = as.character(fife$primary),
    secondary = as.character(fife$second), attain = fife$attain, verbal = fife$verbal,
    social = fife$social, sex = fife$sex),
  "fife", "pupils.csv")
