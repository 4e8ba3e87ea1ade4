/* Preloaded into a build by tests/interference.py: counts the build's system calls about its chunks, its out folder and
   its kept verdicts, in all of its processes together, and before chosen ones changes other files, or makes them fail.

   The calls that it makes itself are raw, so that they are not counted. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, RENAME = 2, UNLINK = 4, MKDIR = 8, WRITE = 16, SYNC = 32 };
enum { PUT, WRITE_INTO, REMOVE };
enum { MOST = 4, LONGEST = 512 };

struct change { long at; int kind; char from[LONGEST], to[LONGEST]; };

static struct {
    atomic_long count;
    int kinds;                   /* which calls count */
    long fail_at; int fail_with; /* the call that fails, and its errno */
    char below[LONGEST];         /* the folder where all of that lies */
    int changes; struct change change[MOST];
    char met[LONGEST];           /* the last call that was chosen */
} *plan;

/* Begins to count. Called once in a process, whose forks share the count. Returns whether it could. */
int interference_begin(const char *below, int kinds, long fail_at, int fail_with) {
    void *shared = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return 0;
    plan = shared;
    snprintf(plan->below, LONGEST, "%s", below);
    plan->kinds = kinds; plan->fail_at = fail_at; plan->fail_with = fail_with;
    return 1;
}

int interference_change(long at, int kind, const char *from, const char *to) {
    if (plan->changes == MOST) return 0;
    struct change *new = &plan->change[plan->changes++];
    new->at = at; new->kind = kind;
    snprintf(new->from, LONGEST, "%s", from);
    snprintf(new->to, LONGEST, "%s", to);
    return 1;
}

long interference_count(void) { return plan->count; }
const char *interference_met(void) { return plan->met; }

static long open_raw(const char *path, int flags) { return syscall(SYS_openat, AT_FDCWD, path, flags, 0644); }

static void copy(const char *from, const char *to) {
    char bytes[65536];
    long source = open_raw(from, O_RDONLY | O_CLOEXEC), target = open_raw(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
    for (long n; source >= 0 && target >= 0 && (n = syscall(SYS_read, source, bytes, sizeof bytes)) > 0;)
        if (syscall(SYS_write, target, bytes, n) != n) break;
    if (source >= 0) syscall(SYS_close, source);
    if (target >= 0) syscall(SYS_close, target);
}

static void carry_out(const struct change *it) {
    char beside[LONGEST + 8];
    switch (it->kind) {
    case PUT:
        snprintf(beside, sizeof beside, "%s.new", it->from);
        copy(it->from, beside);
        syscall(SYS_renameat2, AT_FDCWD, beside, AT_FDCWD, it->to, 0);
        break;
    case WRITE_INTO: copy(it->from, it->to); break;
    case REMOVE: syscall(SYS_unlinkat, AT_FDCWD, it->to, 0); break;
    }
}

static int begins(const char *text, const char *with) { return !strncmp(text, with, strlen(with)); }

static int concerns(int folder, const char *path) {
    if (path[0] != '/') return folder != AT_FDCWD || begins(path, "rendered") || begins(path, "chunks");
    return begins(path, plan->below) &&
           (strstr(path, "/rendered") || strstr(path, "/chunks") || strstr(path, "/verdicts"));
}

/* Whether the call is to fail; errno says how. */
static int met(int kind, const char *name, int folder, const char *path) {
    if (!plan || !(plan->kinds & kind) || !path || !concerns(folder, path)) return 0;
    int before = errno;
    long now = atomic_fetch_add(&plan->count, 1) + 1;
    int fails = now == plan->fail_at;
    for (int i = 0; i < plan->changes; i++)
        if (plan->change[i].at == now) {
            snprintf(plan->met, LONGEST, "%ld: %s %.400s", now, name, path);
            carry_out(&plan->change[i]);
        }
    if (fails) snprintf(plan->met, LONGEST, "%ld: %s %.400s", now, name, path);
    errno = fails ? plan->fail_with : before;
    return fails;
}

static int met_by(int kind, const char *name, int file) {
    char link[32], path[LONGEST];
    if (!plan || !(plan->kinds & kind)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long n = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    if (n <= 0 || path[0] != '/') return 0; /* a pipe or a socket */
    path[n] = 0;
    return met(kind, name, AT_FDCWD, path);
}

#define MODE(flags, last) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, last); mode = va_arg(rest, int); va_end(rest); }
#define OPENED(folder, path, flags) \
    met(OPEN, (flags) & O_CREAT ? "create" : "open", folder, path) ? -1 : (int)syscall(SYS_openat, folder, path, flags, mode)

int open(const char *path, int flags, ...) { MODE(flags, flags) return OPENED(AT_FDCWD, path, flags); }
int open64(const char *path, int flags, ...) { MODE(flags, flags) return OPENED(AT_FDCWD, path, flags); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags, flags) return OPENED(folder, path, flags); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags, flags) return OPENED(folder, path, flags); }

int renameat(int from, const char *path, int to, const char *new) {
    return met(RENAME, "rename to", to, new) ? -1 : (int)syscall(SYS_renameat2, from, path, to, new, 0);
}
int rename(const char *path, const char *new) { return renameat(AT_FDCWD, path, AT_FDCWD, new); }

int unlinkat(int folder, const char *path, int flags) {
    return met(UNLINK, "unlink", folder, path) ? -1 : (int)syscall(SYS_unlinkat, folder, path, flags);
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int mkdirat(int folder, const char *path, mode_t mode) {
    return met(MKDIR, "mkdir", folder, path) ? -1 : (int)syscall(SYS_mkdirat, folder, path, mode);
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

ssize_t write(int file, const void *bytes, size_t n) {
    return met_by(WRITE, "write", file) ? -1 : syscall(SYS_write, file, bytes, n);
}
ssize_t pwrite(int file, const void *bytes, size_t n, off_t at) {
    return met_by(WRITE, "pwrite", file) ? -1 : syscall(SYS_pwrite64, file, bytes, n, at);
}
ssize_t pwrite64(int file, const void *bytes, size_t n, off64_t at) { return pwrite(file, bytes, n, at); }
int ftruncate(int file, off_t size) {
    return met_by(WRITE, "truncate", file) ? -1 : (int)syscall(SYS_ftruncate, file, size);
}
int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }

int fsync(int file) { return met_by(SYNC, "fsync", file) ? -1 : (int)syscall(SYS_fsync, file); }
int fdatasync(int file) { return met_by(SYNC, "fdatasync", file) ? -1 : (int)syscall(SYS_fdatasync, file); }
