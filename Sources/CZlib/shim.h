#pragma once
// zlib, for files that are downloaded compressed.
#include <zlib.h>
