/* SPDX-License-Identifier: MIT */
/* First lines of scripts. */
#include "hosted.h"

#include "kernel/script.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    enum { HEAD_BYTES = 256 };
    char *interpreter = NULL, *argument = NULL;
    char *head = calloc(1, HEAD_BYTES + 1);
    memcpy(head, data, bytes < HEAD_BYTES ? bytes : HEAD_BYTES);
    if (!script_parse(head, &interpreter, &argument)) {
        must_hold_for_all(interpreter >= head);
        must_hold_for_all(!argument || argument > interpreter);
        must_hold_for_all(interpreter + strlen(interpreter) <=
            head + HEAD_BYTES);
    }
    free(head);
    return 0;
}
