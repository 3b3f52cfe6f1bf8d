/* SPDX-License-Identifier: MIT */
/* What programs are told of the CPU: the auxiliary vector, and the
 * identification registers that the kernel reads for them. */
#include <asm/hwcap.h>
#include <setjmp.h>
#include <sys/auxv.h>

#include "cpu.h"
#include "tap.h"

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

enum { REGISTERS = 64, ISAR0 = 060, ISAR1, PFR0 = 040, PFR1 };

static uint64_t values[REGISTERS]; /* by CRm * 8 + op2 */
static bool refused[REGISTERS];
static sigjmp_buf back;

/* Functions of two instructions: one for each register. */
extern const char readers[];
__asm__(".pushsection .text\n"
        "readers:\n"
        ".irp crm, 0, 1, 2, 3, 4, 5, 6, 7\n"
        ".irp op2, 0, 1, 2, 3, 4, 5, 6, 7\n"
        "mrs x0, S3_0_C0_C\\crm\\()_\\op2\n"
        "ret\n"
        ".endr\n"
        ".endr\n"
        ".popsection");

static void illegal(int number)
{
    siglongjmp(back, number);
}

static void read_one(unsigned at)
{
    uint64_t (*reader)(void) = (uint64_t(*)(void))(readers + 8 * at);
    refused[at] = true;
    if (sigsetjmp(back, 1))
        return;
    values[at] = reader();
    refused[at] = false;
}

static void read_all(void)
{
    signal(SIGILL, illegal);
    for (unsigned at = 0; at < REGISTERS; at++)
        read_one(at);
    signal(SIGILL, SIG_DFL);
}

static void test_which(void)
{
    unsigned wrong = 0;
    for (unsigned at = 0; at < REGISTERS; at++) {
        bool is_known = at >= 020 || at == 0 || at == 5 || at == 6;
        wrong += refused[at] == is_known;
    }
    ok(!wrong);
    ok(values[0] >> 24 == 0x41 || values[0] >> 24 == 0); /* MIDR */
    ok(values[5] == 0x80000000); /* MPIDR: nothing of the topology */
    ok(values[050] == 6); /* DFR0 */
    ok(values[070] == 0x111ff000000); /* MMFR0 */
    ok((values[PFR0] & 0xff) == 0x11); /* no 32-bit mode */
    ok(values[020] == 0 && values[032] == 0);
}

/* What the capabilities say is what the registers say. */
static const struct row {
    unsigned word;
    uint64_t bit;
    unsigned id, shift, least;
} rows[] = {
    { AT_HWCAP, HWCAP_AES, ISAR0, 4, 1 },
    { AT_HWCAP, HWCAP_PMULL, ISAR0, 4, 2 },
    { AT_HWCAP, HWCAP_SHA512, ISAR0, 12, 2 },
    { AT_HWCAP, HWCAP_CRC32, ISAR0, 16, 1 },
    { AT_HWCAP, HWCAP_ATOMICS, ISAR0, 20, 2 },
    { AT_HWCAP, HWCAP_ASIMDDP, ISAR0, 44, 1 },
    { AT_HWCAP, HWCAP_JSCVT, ISAR1, 12, 1 },
    { AT_HWCAP, HWCAP_LRCPC, ISAR1, 20, 1 },
    { AT_HWCAP, HWCAP_SB, ISAR1, 36, 1 },
    { AT_HWCAP, HWCAP_DIT, PFR0, 48, 1 },
    { AT_HWCAP, HWCAP_SSBS, PFR1, 4, 2 },
    { AT_HWCAP, HWCAP_SVE, PFR0, 32, 1 },
    { AT_HWCAP2, HWCAP2_BTI, PFR1, 0, 1 },
    { AT_HWCAP2, HWCAP2_MTE, PFR1, 8, 2 },
    { AT_HWCAP2, HWCAP2_I8MM, ISAR1, 52, 1 },
    { AT_HWCAP2, HWCAP2_RNG, ISAR0, 60, 1 },
};

static void test_capabilities(void)
{
    unsigned long word = getauxval(AT_HWCAP);
    ok(word & HWCAP_FP && word & HWCAP_ASIMD);
    ok(word & HWCAP_CPUID && word & HWCAP_EVTSTRM);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        bool is_said = getauxval(row->word) & row->bit;
        ok(is_said == ((values[row->id] >> row->shift & 15) >= row->least));
    }
    bool has_keys = values[ISAR1] & 0xff000ff0;
    ok(!(word & (HWCAP_PACA | HWCAP_PACG)) == !has_keys);
    bool has_aes = word & HWCAP_AES; /* the 32-bit registers' way to say it */
    ok(has_aes == !!(values[025] & 0xf0));
    ok((values[030] & ~0xf00ul) == 0 && (values[031] & 0xfffff) == 0x11100);
}

/* CTR says how caches are cleaned for new code.  Where the levels of the caches
 * show that there is nothing to clean, as on QEMU's own CPU, that is said too,
 * though the CPU does not. */
static void test_caches(void)
{
    enum { A57 = 0xd07, A72 = 0xd08, QEMU = 0x051, NOTHING_TO_CLEAN = 1 << 28 };
    unsigned part = values[0] >> 4 & 0xfff;
    uint64_t caches, again;
    __asm__("mrs %0, ctr_el0" : "=r"(caches));
    __asm__ volatile("mrs %0, ctr_el0\n"
                     "mrs xzr, ctr_el0" : "=r"(again));
    ok(caches >> 31 == 1 && again == caches);
    bool is_said = caches & NOTHING_TO_CLEAN;
    ok(is_said || part != QEMU);
    ok(!is_said || (part != A57 && part != A72));
}

/* One that another CPU's event may never end. */
static void test_wait(void)
{
    for (unsigned i = 0; i < 3; i++)
        __asm__ volatile("wfe");
    ok(true);
}

static void run(void)
{
    read_all();
    test_which();
    test_capabilities();
    test_caches();
    test_wait();
    unsigned long bytes = getauxval(AT_MINSIGSTKSZ);
    ok(getauxval(AT_HWCAP) & HWCAP_SVE ? bytes > 4720 : bytes == 4720);
}
TEST_MAIN
