/* SPDX-License-Identifier: MIT */
/* The bits and characters of struct terminal_modes, as termios(3) numbers them
 * (asserted in abi/linux/layouts.c). */
#ifndef KERNEL_TERMINAL_MODES_H
#define KERNEL_TERMINAL_MODES_H

enum input_mode {
    INPUT_MARK_PARITY = 010,     /* PARMRK: 0xff is doubled */
    INPUT_STRIP = 040,           /* ISTRIP */
    INPUT_NL_TO_CR = 0100,       /* INLCR */
    INPUT_IGNORE_CR = 0200,      /* IGNCR */
    INPUT_CR_TO_NL = 0400,       /* ICRNL */
    INPUT_LOWER_CASE = 01000,    /* IUCLC */
    INPUT_FLOW = 02000,          /* IXON */
    INPUT_ANY_STARTS = 04000,    /* IXANY */
    INPUT_UTF8 = 040000,         /* IUTF8 */
};

enum output_mode {
    OUTPUT_PROCESS = 01,         /* OPOST */
    OUTPUT_UPPER_CASE = 02,      /* OLCUC */
    OUTPUT_NL_TO_CRNL = 04,      /* ONLCR */
    OUTPUT_CR_TO_NL = 010,       /* OCRNL */
    OUTPUT_NO_CR_AT_START = 020, /* ONOCR */
    OUTPUT_NL_RETURNS = 040,     /* ONLRET */
    OUTPUT_TABS = 014000,        /* TABDLY */
    OUTPUT_EXPAND_TABS = 014000, /* XTABS */
};

enum control_mode {
    CONTROL_SPEED = 010017,      /* CBAUD */
    CONTROL_SPEED_OTHER = 010000,/* BOTHER */
    CONTROL_BITS = 060,          /* CSIZE */
    CONTROL_EIGHT_BITS = 060,    /* CS8 */
    CONTROL_RECEIVE = 0200,      /* CREAD */
    CONTROL_PARITY = 0400,       /* PARENB */
    CONTROL_HANG_UP = 02000,     /* HUPCL */
    CONTROL_LOCAL = 04000,       /* CLOCAL */
    CONTROL_9600 = 015, CONTROL_38400 = 017,
};

enum local_mode {
    LOCAL_SIGNALS = 01,          /* ISIG */
    LOCAL_LINES = 02,            /* ICANON */
    LOCAL_ECHO = 010,
    LOCAL_ECHO_ERASE = 020,      /* ECHOE */
    LOCAL_ECHO_KILL = 040,       /* ECHOK */
    LOCAL_ECHO_NL = 0100,        /* ECHONL */
    LOCAL_NO_FLUSH = 0200,       /* NOFLSH */
    LOCAL_STOP_OUTPUT = 0400,    /* TOSTOP */
    LOCAL_ECHO_CONTROL = 01000,  /* ECHOCTL */
    LOCAL_ECHO_PRINTED = 02000,  /* ECHOPRT */
    LOCAL_ECHO_KILL_ERASE = 04000, /* ECHOKE */
    LOCAL_EXTENDED = 0100000,    /* IEXTEN */
    LOCAL_EXTERNAL = 0200000,    /* EXTPROC */
};

enum control_character {
    CHARACTER_INTERRUPT, CHARACTER_QUIT, CHARACTER_ERASE, CHARACTER_KILL,
    CHARACTER_END_OF_FILE, CHARACTER_TIME, CHARACTER_MIN, CHARACTER_SWITCH,
    CHARACTER_START, CHARACTER_STOP, CHARACTER_SUSPEND, CHARACTER_END_OF_LINE,
    CHARACTER_REPRINT, CHARACTER_DISCARD, CHARACTER_ERASE_WORD,
    CHARACTER_LITERAL, CHARACTER_END_OF_LINE_2,
};

#endif
