/* SPDX-License-Identifier: MIT */
/* The rows of descriptor_kinds.c: a call, and what it says of each kind. */
#ifndef DESCRIPTOR_CALLS_H
#define DESCRIPTOR_CALLS_H

#define CALLS(CALL) \
    CALL(read(fd, bytes, 8), \
        "..B.BdaBaaaaIIaaIIaI.......daaBB") \
    CALL(write(fd, bytes, 8), \
        ".B..BBB.....CC.IIIBI...f.B.B..BB") \
    CALL(pread(fd, bytes, 8, 0), \
        "..B.BdSSSSSSSSSSSSSS.......dSSBB") \
    CALL(pwrite(fd, bytes, 8, 0), \
        ".B..BBSSSSSSSSSSSSSS...f.SSBSSBB") \
    CALL(readv(fd, &part, 1), \
        "..B.BdaBaaaaIIaaIIaI.......daaBB") \
    CALL(writev(fd, &part, 1), \
        ".B..BBB.....CC.IIIBI...f.B.B..BB") \
    CALL(syscall(SYS_preadv2, fd, &part, 1, 0, 0, 0), \
        "..B.BdSSSSSSSSSSSSSS.......dSSBB") \
    CALL(syscall(SYS_preadv2, fd, &part, 1, -1L, -1L, RWF_NOWAIT), \
        "OOBOBOOBOOOOOOaOOIOIO..O.OOOOOBB") \
    CALL(syscall(SYS_pwritev2, fd, &part, 1, 0, 0, RWF_APPEND), \
        ".B..BBSSSSSSSSSSSSSS...O.SSBSSBB") \
    CALL(read(fd, bytes, 0), \
        "..B.Bd.B......IIIIaI.......d..BB") \
    CALL(write(fd, bytes, 0), \
        ".B..BBB.....CCIIIIBI...f.B.B..BB") \
    CALL(lseek(fd, 0, SEEK_CUR), \
        "....B.SSSSSSSS.....S........SSBB") \
    CALL(lseek(fd, 0, SEEK_END), \
        "....BISSSSSSSS.....S.....II.SSBB") \
    CALL(lseek(fd, 0, SEEK_DATA), \
        "....BISSSSSSSS.....SX....IIXSSBB") \
    CALL(lseek(fd, -1, SEEK_SET), \
        "IIIIBISSSSSSSS.....SI....IIISSBB") \
    CALL(fsync(fd), \
        "....B.IIIIIIIIIIIIII.IIIIIIIIIBB") \
    CALL(fdatasync(fd), \
        "....B.IIIIIIIIIIIIII.IIIIIIIIIBB") \
    CALL(syncfs(fd), \
        "....B.........................BB") \
    CALL(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE), \
        "....B.SSSSSSSSSSSSSS.SSSS...SSBB") \
    CALL(ftruncate(fd, 100), \
        ".I..BIIIIIIIIIIIIIII.IIIII.IIIBB") \
    CALL(fallocate(fd, 0, 0, 100), \
        ".B..BBBSSVVVVVVVVVBV.VVVVBOBVVBB") \
    CALL(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 9), \
        ".B..BBBSSVVVVVVVVVBV.VVVVBOBVVBB") \
    CALL(readahead(fd, 0, 100), \
        "..B.BIIBIIIIIIIIIIII.IIII..IIIBB") \
    CALL((errno = posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL)) ? -1 : 0, \
        "....B.SSS.....................BB") \
    CALL(fstat(fd, &stat_buffer), \
        "..............................BB") \
    CALL(fstatfs(fd, &statfs_buffer), \
        "..............................BB") \
    CALL(syscall(SYS_fchmod, fd, mode_of(fd)), \
        "....B....................PPP..BB") \
    CALL(syscall(SYS_fchown, fd, 0, 0), \
        "....B......................P..BB") \
    CALL(futimens(fd, NULL), \
        "....B......................P..BB") \
    CALL(fchdir(fd), \
        "DDDDD.DDDDDDDDDDDDDDDDDDDDD.DDBB") \
    CALL(openat(fd, "file", O_RDONLY), \
        "DDDDD.DDDDDDDDDDDDDDDDDDDDDNDDBB") \
    CALL(openat(fd, "", O_RDONLY), \
        "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN") \
    CALL(fstatat(fd, "", &stat_buffer, AT_EMPTY_PATH), \
        "..............................BB") \
    CALL(fchownat(fd, "", 0, 0, AT_EMPTY_PATH), \
        "...........................P..BB") \
    CALL(linkat(fd, "", AT_FDCWD, "linked", AT_EMPTY_PATH), \
        ".EEEEEEEEEEEEEEEEEEEEEEEEEEEEEBB") \
    CALL(readlinkat(fd, "", bytes, 8), \
        "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNBB") \
    CALL(syscall(SYS_getdents64, fd, bytes, sizeof bytes), \
        "DDDDB.DDDDDDDDDDDDDDDDDDDDD.DDBB") \
    CALL(fgetxattr(fd, "user.n", bytes, 8), \
        "OOOOBOnnnnnnnnnnnnnnOnnnnOOOnnBB") \
    CALL(fsetxattr(fd, "user.n", "v", 1, 0), \
        "OOOOBOPPPPPPPPPPPPPPOPPPPOOPPPBB") \
    CALL(flistxattr(fd, bytes, 8), \
        "....B....ggggg................BB") \
    CALL(fremovexattr(fd, "user.n"), \
        "OOOOBOPPPPPPPPPPPPPPOPPPPOOPPPBB") \
    CALL(flock(fd, LOCK_EX | LOCK_NB), \
        "....B.........................BB") \
    CALL(dup(fd), \
        "..............................BB") \
    CALL(dup3(fd, 90, O_CLOEXEC), \
        "..............................BB") \
    CALL(fcntl(fd, F_GETFD), \
        "..............................BB") \
    CALL(fcntl(fd, F_GETFL), \
        "..............................BB") \
    CALL(fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND), \
        "....B.........................BB") \
    CALL(fcntl(fd, F_SETFL, O_NONBLOCK | O_DIRECT), \
        "IIIIBI...IIIIIIIIIIIIIIIIIIIIIBB") \
    CALL(fcntl(fd, F_GETLK, &lock), \
        ".IIIBIIIIIIIIIIIIIIIIIIIIIIIIIBB") \
    CALL(fcntl(fd, F_SETLK, &lock), \
        "....B.........................BB") \
    CALL(fcntl(fd, F_OFD_SETLK, &lock), \
        "....B.........................BB") \
    CALL(fcntl(fd, F_GETOWN), \
        "....B.........................BB") \
    CALL(fcntl(fd, F_SETOWN, getpid()), \
        "....B.........................BB") \
    CALL(fcntl(fd, F_GETSIG), \
        "....B.........................BB") \
    CALL(fcntl(fd, F_GETLEASE), \
        "....B.........................BB") \
    CALL(fcntl(fd, F_GETPIPE_SZ), \
        "BBBBBB...BBBBBBBBBBBBBBBBBBBBBBB") \
    CALL(fcntl(fd, F_SETPIPE_SZ, 8192), \
        "BBBBBB...BBBBBBBBBBBBBBBBBBBBBBB") \
    CALL(fcntl(fd, F_GET_SEALS), \
        "....BIIIIIIIIIIIIIII.IIIIIIIIIBB") \
    CALL(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), \
        "PPPPBPPIIIIIIIIIIIPI.IIIIPIPIIBB") \
    CALL(syscall(SYS_fcntl, fd, F_GETOWN, 0), \
        "....B.........................BB") \
    CALL(syscall(SYS_fcntl, fd, F_SETSIG, SIGURG), \
        "....B.........................BB") \
    CALL(fcntl(fd, F_SETSIG, 65), \
        "IIIIBIIIIIIIIIIIIIIIIIIIIIIIIIBB") \
    CALL(syscall(SYS_fcntl, fd, F_SETOWN_EX, &owner), \
        "....B.........................BB") \
    CALL(syscall(SYS_fcntl, fd, F_GETOWN_EX, &owner), \
        "....B.........................BB") \
    CALL(fcntl(fd, F_GETOWNER_UIDS, numbers), \
        "....B.........................BB") \
    CALL(syscall(SYS_fcntl, fd, F_SETLK, NULL), \
        "FFFFBFFFFFFFFFFFFFFFFFFFFFFFFFBB") \
    CALL(fcntl(fd, F_SETLKW, &lock), \
        "....B.........................BB") \
    CALL(fcntl(fd, F_OFD_GETLK, &lock), \
        "IIIIBIIIIIIIIIIIIIIIIIIIIIIIIIBB") \
    CALL(fcntl(fd, F_OFD_SETLKW, &lock), \
        "....B.........................BB") \
    CALL(fcntl(fd, F_GET_RW_HINT, numbers), \
        "....B.........................BB") \
    CALL(fcntl(fd, F_SET_RW_HINT, numbers), \
        "....B......................P..BB") \
    CALL(fcntl(fd, F_GET_FILE_RW_HINT, numbers), \
        "IIIIBIIIIIIIIIIIIIIIIIIIIIIIIIBB") \
    CALL(fcntl(fd, F_SET_FILE_RW_HINT, numbers), \
        "IIIIBIIIIIIIIIIIIIIIIIIIIIIIIIBB") \
    CALL(fcntl(fd, F_SETLEASE, 99), \
        "IIIIBIIIIIIIIIIIIIIIIIIIIIIIIIBB") \
    CALL(fcntl(fd, F_CANCELLK, &lock), \
        "IIIIBIIIIIIIIIIIIIIIIIIIIIIIIIBB") \
    CALL(fcntl(fd, F_SETFD, FD_CLOEXEC), \
        "..............................BB") \
    CALL(fcntl(fd, F_DUPFD, 80), \
        "..............................BB") \
    CALL(fcntl(fd, F_DUPFD_CLOEXEC, 80), \
        "..............................BB") \
    CALL(fcntl(fd, 99), \
        "IIIIBIIIIIIIIIIIIIIIIIIIIIIIIIBB") \
    CALL(ioctl(fd, FIONREAD, &number), \
        "....BT.......ITTTT.T.TTTI..T..BB") \
    CALL(ioctl(fd, FIONBIO, &number), \
        "....B.........................BB") \
    CALL(ioctl(fd, FIOCLEX), \
        "....B.........................BB") \
    CALL(ioctl(fd, TCGETS, &modes), \
        "TTTTBTTTTTTTTTTTTTTTTTTTITTT..BB") \
    CALL(ioctl(fd, TIOCGWINSZ, &size), \
        "TTTTBTTTTTTTTTTTTTTTTTTTITTT..BB") \
    CALL(ioctl(fd, TIOCOUTQ, &number), \
        "TTTTBTTTT.....TTTTTTTTTTITTT..BB") \
    CALL(ioctl(fd, FIGETBSZ, &number), \
        "....B.........................BB") \
    CALL(ioctl(fd, FS_IOC_GETFLAGS, &number), \
        "....B.TTTTTTTTTTTTTT.TTTITTTTTBB") \
    CALL(ioctl(fd, 0x1234), \
        "TTTTBTTTTTTTTTTTTTTTTTTTITTTTTBB") \
    CALL(mapped(PROT_READ, MAP_PRIVATE), \
        "..A.BVVAVVVVVVVVVVVV.V.VVVVVVVBB") \
    CALL(mapped(PROT_READ | PROT_WRITE, MAP_PRIVATE), \
        "..A.BVVAVVVVVVVVVVVV.V.VVVVVVVBB") \
    CALL(mapped(PROT_READ, MAP_SHARED), \
        "..A.BVVAVVVVVVVVVVVV.V.VVVVVVVBB") \
    CALL(mapped(PROT_READ | PROT_WRITE, MAP_SHARED), \
        ".AA.BAAAVVVVVVVVVVAV.V.VVAVAVVBB") \
    CALL(mapped(PROT_READ | PROT_EXEC, MAP_PRIVATE), \
        "..A.BVVAVVVVVVVVVVVV.V.VVPPPVVBB") \
    CALL(epoll_ctl(events_of, EPOLL_CTL_ADD, fd, &event), \
        "PPPPBP..............PPPPPPPP..BB") \
    CALL(epoll_ctl(events_of, EPOLL_CTL_MOD, fd, &event), \
        "PPPPBPNNNNNNNNNNNNNNPPPPPPPPNNBB") \
    CALL(epoll_ctl(events_of, EPOLL_CTL_DEL, fd, NULL), \
        "PPPPBPNNNNNNNNNNNNNNPPPPPPPPNNBB") \
    CALL(epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &event), \
        "IIIIBIIIIIIIIIIII.IIIIIIIIIIIIBB") \
    CALL(epoll_wait(fd, &event, 1, 0), \
        "IIIIBIIIIIIIIIIII.IIIIIIIIIIIIBB") \
    CALL(sendfile(fd, plain, NULL, 8), \
        ".B.IBBB.....CCIIIIBI..II.BIB..BB") \
    CALL(sendfile(ends[1], fd, NULL, 8), \
        "..B.BIIBIaaaIIIIIIII.III.IIIaaBB") \
    CALL(sendfile(plain, fd, NULL, 8), \
        "..B.BIIBIIIIIIIIIIII.III.IIIIIBB") \
    CALL(splice(fd, NULL, ends[1], NULL, 8, SPLICE_F_NONBLOCK), \
        "..B.BIaBaaaaIIIIIIII.III.IIIaaBB") \
    CALL(splice(ends[0], NULL, fd, NULL, 8, SPLICE_F_NONBLOCK), \
        ".B.IBBB.....CCIIIIBI..II.BIB..BB") \
    CALL(tee(fd, ends[1], 8, SPLICE_F_NONBLOCK), \
        "IIBIBIaBaIIIIIIIIIIIIIIIIIIIIIBB") \
    CALL(tee(ends[0], fd, 8, SPLICE_F_NONBLOCK), \
        "IBIIBBB..IIIIIIIIIBIIIIIIBIBIIBB") \
    CALL(vmsplice(fd, &part, 1, SPLICE_F_NONBLOCK), \
        "BBBBBBa..BBBBBBBBBBBBBBBBBBBBBBB") \
    CALL(copy_file_range(fd, NULL, plain, NULL, 8, 0), \
        "IIBIBdIIIIIIIIIIIIIIxIIIIxxdIIBB") \
    CALL(copy_file_range(plain, NULL, fd, NULL, 8, 0), \
        "IBIBBdIIIIIIIIIIIIIIxIIIIBxdIIBB") \
    CALL(bind(fd, (void *)&address, 2), \
        "KKKKBKKKK.....KKKKKKKKKKKKKKKKBB") \
    CALL(listen(fd, 1), \
        "KKKKBKKKKIOII.KKKKKKKKKKKKKKKKBB") \
    CALL(accept4(fd, NULL, NULL, SOCK_NONBLOCK), \
        "KKKKBKKKKIOIIaKKKKKKKKKKKKKKKKBB") \
    CALL(connect(fd, (void *)&address, sizeof address), \
        "KKKKBKKKKNNNNNKKKKKKKKKKKKKKKKBB") \
    CALL(getsockname(fd, (void *)&address, (length = 16, &length)), \
        "KKKKBKKKK.....KKKKKKKKKKKKKKKKBB") \
    CALL(getpeername(fd, (void *)&address, (length = 16, &length)), \
        "KKKKBKKKK...CCKKKKKKKKKKKKKKKKBB") \
    CALL(send(fd, bytes, 8, MSG_DONTWAIT | MSG_NOSIGNAL), \
        "KKKKBKKKK...CCKKKKKKKKKKKKKKKKBB") \
    CALL(recv(fd, bytes, 8, MSG_DONTWAIT), \
        "KKKKBKKKKaaaIIKKKKKKKKKKKKKKKKBB") \
    CALL(sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL), \
        "KKKKBKKKK...CCKKKKKKKKKKKKKKKKBB") \
    CALL(recvmsg(fd, &message, MSG_DONTWAIT), \
        "KKKKBKKKKaaaIIKKKKKKKKKKKKKKKKBB") \
    CALL(shutdown(fd, SHUT_WR), \
        "KKKKBKKKK.....KKKKKKKKKKKKKKKKBB") \
    CALL(getsockopt(fd, SOL_SOCKET, SO_TYPE, &number, \
             (length = 4, &length)), \
        "KKKKBKKKK.....KKKKKKKKKKKKKKKKBB") \
    CALL(setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &number, 4), \
        "KKKKBKKKK.....KKKKKKKKKKKKKKKKBB") \
    CALL(inotify_add_watch(fd, "file", IN_OPEN), \
        "IIIIBIIIIIIIIIIIII.IIIIIIIIIIIBB") \
    CALL(inotify_rm_watch(fd, 1), \
        "IIIIBIIIIIIIIIIIIIIIIIIIIIIIIIBB") \
    CALL(signalfd(fd, &mask, 0), \
        "IIIIBIIIIIIIIIII.IIIIIIIIIIIIIB.") \
    CALL(timerfd_gettime(fd, &times), \
        "IIIIBIIIIIIIIII.IIIIIIIIIIIIIIBB") \
    CALL(timerfd_settime(fd, 0, &times, NULL), \
        "IIIIBIIIIIIIIII.IIIIIIIIIIIIIIBB") \
    CALL(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0), \
        "BBBBBBBBBBBBBBBBBBB.BBBBBBB.BBBB") \
    CALL(syscall(SYS_pidfd_getfd, fd, 0, 0), \
        "BBBBBBBBBBBBBBBBBBB.BBBBBBBBBBBB") \
    CALL(waitid(3 /* P_PIDFD */, fd, NULL, WEXITED | WNOHANG), \
        "BBBBBBBBBBBBBBBBBBBhBBBBBBBBBBBI") \
    CALL(syscall(SYS_setns, fd, 0), \
        "IIIIBIIIIIIIIIIIIIIIIIIIIIIIIIBB") \
    CALL(syscall(SYS_close_range, fd, fd, 4 /* CLOEXEC */), \
        "................................") \
    CALL(close(fd), \
        "..............................BB")

#endif
