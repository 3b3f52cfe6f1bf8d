/* SPDX-License-Identifier: MIT */
/* As init: says how it was started, and powers off. */
#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>

extern char **environ;

int main(int count, char **arguments)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("hello from %d:", getpid());
    for (int i = 0; i < count; i++)
        printf(" [%s]", arguments[i]);
    printf("\nenvironment:");
    for (char **word = environ; *word; word++)
        printf(" [%s]", *word);
    printf("\n");
    reboot(RB_POWER_OFF);
    return 3;
}
