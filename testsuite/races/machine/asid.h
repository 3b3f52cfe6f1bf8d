/* SPDX-License-Identifier: MIT */
#include "arch/aarch64/asid.h"
