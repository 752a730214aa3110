#pragma once
// ReadStat, for the files of Stata and SPSS.
#include <readstat.h>
