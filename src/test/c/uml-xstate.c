/*
 * Lets Debian 12's user-mode-linux boot on CPUs with AMX. It keeps the extended registers of its processes
 * in a buffer of fixed size, and the host's kernel takes only its own, larger size back (EFAULT, "ptrace
 * set fp regs failed"). This fills up what is missing with what the process has.
 * Build: cc -shared -fPIC -o uml-xstate.so uml-xstate.c ; use: LD_PRELOAD=.../uml-xstate.so linux.uml ...
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

static long (*next_ptrace)(int, pid_t, void *, void *);

long ptrace(enum __ptrace_request request, ...)
{
    static char whole[1 << 16];
    va_list arguments;
    va_start(arguments, request);
    pid_t pid = va_arg(arguments, pid_t);
    void *address = va_arg(arguments, void *);
    void *data = va_arg(arguments, void *);
    va_end(arguments);

    if (!next_ptrace)
        next_ptrace = (long (*)(int, pid_t, void *, void *)) dlsym(RTLD_NEXT, "ptrace");
    if (request == PTRACE_SETREGSET && (long) address == NT_X86_XSTATE) {
        struct iovec *part = data;
        struct iovec full = {whole, sizeof whole};
        if (next_ptrace(PTRACE_GETREGSET, pid, address, &full) == 0 && full.iov_len > part->iov_len) {
            memcpy(whole, part->iov_base, part->iov_len);
            return next_ptrace(PTRACE_SETREGSET, pid, address, &full);
        }
    }
    return next_ptrace(request, pid, address, data);
}
