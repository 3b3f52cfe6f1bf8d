/* SPDX-License-Identifier: MIT */
/* A program to be started by who tries exec: it ends at once. */
int main(void)
{
    return 0;
}
