/* SPDX-License-Identifier: MIT */
/* The rows of process_kinds.c: a call, and what it says of each kind, to root
 * and to another. */
#ifndef PROCESS_CALLS_H
#define PROCESS_CALLS_H

#define CALLS(CALL) \
    CALL(kill(id, 0), \
        ".....s...s", ".....sP..s") \
    CALL(kill(-id, 0), \
        ".ssssss..s", ".ssssss..s") \
    CALL(syscall(SYS_tkill, id, 0), \
        ".....s.IIs", ".....sPIIs") \
    CALL(syscall(SYS_tgkill, id, id, 0), \
        ".s.s.s.IIs", ".s.s.sPIIs") \
    CALL(syscall(SYS_tgkill, getpid(), id, 0), \
        "..sssssIIs", "..sssssIIs") \
    CALL(syscall(SYS_tgkill, child, id, 0), \
        "ss..sssIIs", "ss..sssIIs") \
    CALL(syscall(SYS_rt_sigqueueinfo, id, 0, queued()), \
        ".....s.sss", ".....sPsss") \
    CALL(syscall(SYS_rt_tgsigqueueinfo, id, id, 0, queued()), \
        ".s.s.s.IIs", ".s.s.sPIIs") \
    CALL(getpgid(id), \
        ".....s..ss", ".....s..ss") \
    CALL(getsid(id), \
        ".....s..ss", ".....s..ss") \
    CALL(setpgid(id, getpgrp()), \
        "PI.I.s.Pss", "PI.I.s.Pss") \
    CALL(setpgid(child, id), \
        ".P.PPPP.IP", ".P.PPPP.IP") \
    CALL(getpriority(PRIO_PROCESS, id), \
        ".....s..ss", ".....s..ss") \
    CALL(getpriority(PRIO_PGRP, id), \
        ".ssssss.ss", ".ssssss.ss") \
    CALL(setpriority(PRIO_PROCESS, id, 5), \
        ".....s..ss", "....PsP.ss") \
    CALL(setpriority(PRIO_PROCESS, id, -5), \
        ".....s..ss", "AAAAPsPAss") \
    CALL(syscall(SYS_sched_getscheduler, id), \
        ".....s..Is", ".....s..Is") \
    CALL(syscall(SYS_sched_getparam, id, &usual), \
        ".....s..Is", ".....s..Is") \
    CALL(syscall(SYS_sched_setscheduler, id, SCHED_OTHER, &usual), \
        ".....s..Is", "....PsP.Is") \
    CALL(syscall(SYS_sched_setscheduler, id, SCHED_BATCH, &usual), \
        ".....s..Is", "....PsP.Is") \
    CALL(syscall(SYS_sched_setscheduler, id, SCHED_RR, &first), \
        ".....s..Is", "PPPPPsPPIs") \
    CALL(syscall(SYS_sched_setparam, id, &usual), \
        ".....s..Is", "....PsP.Is") \
    CALL(syscall(SYS_sched_setattr, id, &attributes, 0), \
        ".....s..Is", "....PsP.Is") \
    CALL(syscall(SYS_sched_getattr, id, bytes, 48, 0), \
        ".....s..Is", ".....s..Is") \
    CALL(syscall(SYS_sched_rr_get_interval, id, &times), \
        ".....s..Is", ".....s..Is") \
    CALL(syscall(SYS_sched_getaffinity, id, sizeof cpus, &cpus), \
        ".....s..ss", ".....s..ss") \
    CALL(syscall(SYS_sched_setaffinity, id, sizeof cpus, &cpus), \
        ".....s..ss", "....PsP.ss") \
    CALL(syscall(SYS_ioprio_get, 1, id), \
        ".....s..ss", ".....s..ss") \
    CALL(syscall(SYS_ioprio_get, 2, id), \
        ".ssssss.ss", ".ssssss.ss") \
    CALL(syscall(SYS_ioprio_set, 1, id, 2 << 13 | 4), \
        ".....s..ss", ".....sP.ss") \
    CALL(syscall(SYS_ioprio_set, 1, id, 1 << 13 | 4), \
        ".....s..ss", "PPPPPPPPPP") \
    CALL(prlimit(id, RLIMIT_CORE, NULL, &limit), \
        ".....s..ss", ".PPP.sP.ss") \
    CALL(prlimit(id, RLIMIT_CORE, &limit, NULL), \
        ".....s..ss", ".PPP.sP.ss") \
    CALL(open_pidfd(), \
        ".I.I.s.IIs", ".I.I.s.IIs") \
    CALL(syscall(SYS_get_robust_list, id, &head, &size), \
        ".....s..ss", "..PPPsP.ss") \
    CALL(syscall(SYS_kcmp, getpid(), id, 1 /* KCMP_VM */, 0, 0), \
        ".....s.sss", "..PPPsPsss") \
    CALL(capabilities(), \
        ".....s..Is", ".....s..Is") \
    CALL(clock_gettime(clock_of(2), &times), \
        ".I.I.I....", ".I.I.I....") \
    CALL(clock_gettime(clock_of(4 | 2), &times), \
        "..IIIII...", "..IIIII...") \
    CALL(timer_for(), \
        "..IIIIIIII", "..IIIIIIII") \
    CALL(fcntl(file, F_SETOWN, id), \
        ".....s...s", ".....s...s") \
    CALL(fcntl(file, F_SETOWN, -id), \
        ".....s...s", ".....s...s") \
    CALL(own(0 /* F_OWNER_TID */), \
        ".....s..ss", ".....s..ss") \
    CALL(own(1 /* F_OWNER_PID */), \
        ".....s..ss", ".....s..ss") \
    CALL(own(2 /* F_OWNER_PGRP */), \
        ".....s..ss", ".....s..ss") \
    CALL(waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT), \
        "hh.h.h.IIh", "hh.h.h.IIh") \
    CALL(waitid(P_PGID, id, &info, WSTOPPED | WNOHANG), \
        ".hhhhhh.Ih", ".hhhhhh.Ih") \
    CALL(waitpid(id, NULL, WNOHANG), \
        "hh.h.h...h", "hh.h.h...h") \
    CALL(open_of("status", O_RDONLY), \
        ".....N.NNN", ".....N.NNN") \
    CALL(open_of("environ", O_RDONLY), \
        ".....N.NNN", "AAAAANANNN") \
    CALL(open_of("maps", O_RDONLY), \
        ".....N.NNN", "..AA.NANNN") \
    CALL(open_of("auxv", O_RDONLY), \
        ".....N.NNN", "AAAAANANNN") \
    CALL(open_of("personality", O_RDONLY), \
        ".....N.NNN", "AAAAANANNN") \
    CALL(open_of("comm", O_WRONLY), \
        "..IIININNN", "AAAAANANNN") \
    CALL(open_of("oom_score_adj", O_WRONLY), \
        ".....N.NNN", "AAAAANANNN") \
    CALL(open_of("fd", O_RDONLY | O_DIRECTORY), \
        ".....N.NNN", "..AAANANNN") \
    CALL(open_of("fdinfo", O_RDONLY | O_DIRECTORY), \
        ".....N.NNN", "..AAANANNN") \
    CALL(open_of("task", O_RDONLY | O_DIRECTORY), \
        ".....N.NNN", ".....N.NNN") \
    CALL(open_of("mountinfo", O_RDONLY), \
        "....IN.NNN", "....IN.NNN") \
    CALL(open_of("mountstats", O_RDONLY), \
        "....IN.NNN", "AAAAANANNN") \
    CALL(link_of("exe"), \
        "....NN.NNN", "..AAANANNN") \
    CALL(link_of("cwd"), \
        "....NN.NNN", "..AAANANNN") \
    CALL(link_of("root"), \
        "....NN.NNN", "..AAANANNN") \
    CALL(link_of("fd/1"), \
        "....NN.NNN", "..AAANANNN")

#endif
