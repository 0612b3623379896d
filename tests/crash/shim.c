/* Records, in order and with their bytes, all changes that a program makes below one directory.
 *
 * Preloaded (LD_PRELOAD) into the recorded run. CRASH_WATCH names the directory, CRASH_LOG the
 * record file, CRASH_MARK a path whose writes are not files but marks: what the world has seen.
 * CRASH_DEAF is a deliberate fault for tests: syncs of files whose path contains it do nothing.
 * CRASH_SEED makes all chance repeatable, and CRASH_RANDOM is read in the place of /dev/urandom:
 * the same run is the same bytes, but for what the hardware draws.
 *
 * A record: kind (1 byte), fd (int32), two numbers (int64), two lengths (uint32), two byte
 * strings; native byte order. The kinds are the keys of KINDS in trace.py. What this library
 * cannot record it names in a record '?', so that the reader refuses the run instead of missing it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096
#define FILE_FD 1
#define MARK_FD 2
#define DEAF_FD 4

static unsigned char of_fd[FDS];
static int log_fd = -1;
static const char *watch, *mark, *deaf, *random_file;
static uint64_t chance; /* 0: the system's own */
static size_t watch_bytes;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("CRASH_LOG");
    watch = getenv("CRASH_WATCH");
    mark = getenv("CRASH_MARK");
    deaf = getenv("CRASH_DEAF");
    random_file = getenv("CRASH_RANDOM");
    if (getenv("CRASH_SEED")) chance = strtoull(getenv("CRASH_SEED"), NULL, 10);
    if (!log || !watch || !mark) return;
    watch_bytes = strlen(watch);
    log_fd = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void put(char kind, int fd, int64_t a, int64_t b, const void *one, size_t n,
                const char *two) {
    int32_t fd32 = fd;
    uint32_t lengths[2] = {(uint32_t)n, two ? (uint32_t)strlen(two) : 0};
    struct iovec parts[] = {{&kind, 1}, {&fd32, 4}, {&a, 8}, {&b, 8}, {lengths, 8},
                            {(void *)one, n}, {(void *)two, lengths[1]}};
    if (REAL(writev)(log_fd, parts, 7) < 0) abort(); /* a run with a hole proves nothing */
}

/* splitmix64: not for secrets, for repeating a run. */
static uint64_t next_chance(void) {
    uint64_t z = (chance += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void draw(unsigned char *room, size_t n) {
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < n; i++) room[i] = (unsigned char)next_chance();
    pthread_mutex_unlock(&lock);
}

ssize_t getrandom(void *room, size_t n, unsigned flags) {
    if (!chance) return REAL(getrandom)(room, n, flags);
    draw(room, n);
    return (ssize_t)n;
}

int getentropy(void *room, size_t n) {
    if (!chance) return REAL(getentropy)(room, n);
    draw(room, n);
    return 0;
}

/* The path as seen from the watched directory, or NULL when it lies elsewhere. */
static const char *inside(const char *path, char *room) {
    if (log_fd < 0 || !path) return NULL;
    if (path[0] != '/') {
        if (!getcwd(room, PATH_MAX) || strlen(room) + strlen(path) + 2 > PATH_MAX) return NULL;
        strcat(strcat(room, "/"), path);
        path = room;
    }
    if (strncmp(path, watch, watch_bytes)) return NULL;
    if (path[watch_bytes] && path[watch_bytes] != '/') return NULL;
    return path[watch_bytes] ? path + watch_bytes + 1 : ".";
}

static int watched(int fd) { return fd >= 0 && fd < FDS && (of_fd[fd] & FILE_FD); }

static void unrecorded(const char *call) { put('?', -1, 0, 0, call, strlen(call), NULL); }

/* A relative path below a directory handle would need that handle's name. */
static void at_is_here(int dir, const char *path, const char *call) {
    if (log_fd >= 0 && dir != AT_FDCWD && path[0] != '/') unrecorded(call);
}

static int opened(int fd, const char *path, int flags) {
    char room[PATH_MAX];
    struct stat about;
    const char *name;
    if (fd < 0 || fd >= FDS || log_fd < 0) return fd;
    of_fd[fd] = 0;
    if (!strcmp(path, mark)) {
        of_fd[fd] = MARK_FD;
    } else if ((name = inside(path, room))) {
        of_fd[fd] = FILE_FD | (deaf && *deaf && strstr(name, deaf) ? DEAF_FD : 0);
        fstat(fd, &about);
        put('O', fd, flags, about.st_mode, name, strlen(name), NULL);
    }
    return fd;
}

#define OPEN(name, with_dir)                                                                  \
    int saved, fd;                                                                            \
    mode_t mode = 0;                                                                          \
    if (flags & (O_CREAT | O_TMPFILE)) {                                                      \
        va_list rest;                                                                         \
        va_start(rest, flags);                                                                \
        mode = va_arg(rest, mode_t);                                                          \
        va_end(rest);                                                                         \
    }                                                                                         \
    if (random_file && !strcmp(path, "/dev/urandom")) path = random_file;                     \
    pthread_mutex_lock(&lock);                                                                \
    fd = opened(with_dir, path, flags);                                                       \
    saved = errno;                                                                            \
    pthread_mutex_unlock(&lock);                                                              \
    errno = saved;                                                                            \
    return fd;

int open(const char *path, int flags, ...) { OPEN(open, REAL(open)(path, flags, mode)) }
int open64(const char *path, int flags, ...) { OPEN(open64, REAL(open64)(path, flags, mode)) }
int openat(int dir, const char *path, int flags, ...) {
    if (flags & O_CREAT) at_is_here(dir, path, "openat");
    OPEN(openat, REAL(openat)(dir, path, flags, mode))
}
int openat64(int dir, const char *path, int flags, ...) {
    if (flags & O_CREAT) at_is_here(dir, path, "openat64");
    OPEN(openat64, REAL(openat64)(dir, path, flags, mode))
}
#define CREATES (O_CREAT | O_WRONLY | O_TRUNC)
int creat(const char *path, mode_t mode) { return open(path, CREATES, mode); }
int creat64(const char *path, mode_t mode) { return open64(path, CREATES, mode); }

/* The real call and its record are one step: no other thread comes in between. */
#define STEP(type, call, wanted, record)                                                      \
    type result;                                                                              \
    int saved;                                                                                \
    pthread_mutex_lock(&lock);                                                                \
    result = call;                                                                            \
    saved = errno;                                                                            \
    if (log_fd >= 0 && result != (type)-1 && (wanted)) { record; }                            \
    pthread_mutex_unlock(&lock);                                                              \
    errno = saved;                                                                            \
    return result;

int close(int fd) {
    int ours = watched(fd);
    if (fd >= 0 && fd < FDS) of_fd[fd] = 0;
    STEP(int, REAL(close)(fd), ours, put('C', fd, 0, 0, NULL, 0, NULL))
}

/* Where a plain write has landed: the position is behind it now, with O_APPEND too. */
static void wrote(int fd, const void *data, ssize_t n) {
    if (of_fd[fd] & MARK_FD) put('K', fd, 0, 0, data, (size_t)n, NULL);
    else put('W', fd, lseek(fd, 0, SEEK_CUR) - n, 0, data, (size_t)n, NULL);
}
#define OURS (fd >= 0 && fd < FDS && of_fd[fd])

ssize_t write(int fd, const void *data, size_t n) {
    STEP(ssize_t, REAL(write)(fd, data, n), OURS, wrote(fd, data, result))
}
#define PWROTE put('W', fd, at, 0, data, (size_t)result, NULL)
ssize_t pwrite(int fd, const void *data, size_t n, off_t at) {
    STEP(ssize_t, REAL(pwrite)(fd, data, n, at), OURS, PWROTE)
}
ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) {
    STEP(ssize_t, REAL(pwrite64)(fd, data, n, at), OURS, PWROTE)
}

static void wrote_parts(int fd, const struct iovec *parts, ssize_t n, off64_t at) {
    for (; n > 0; parts++) {
        size_t some = parts->iov_len < (size_t)n ? parts->iov_len : (size_t)n;
        put('W', fd, at, 0, parts->iov_base, some, NULL);
        at += some;
        n -= some;
    }
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    STEP(ssize_t, REAL(writev)(fd, parts, count), OURS,
         wrote_parts(fd, parts, result, lseek(fd, 0, SEEK_CUR) - result))
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    STEP(ssize_t, REAL(pwritev)(fd, parts, count, at), OURS, wrote_parts(fd, parts, result, at))
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
    STEP(ssize_t, REAL(pwritev64)(fd, parts, count, at), OURS, wrote_parts(fd, parts, result, at))
}
ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t at, int flags) {
    STEP(ssize_t, REAL(pwritev2)(fd, parts, count, at, flags), OURS,
         wrote_parts(fd, parts, result, at < 0 ? lseek(fd, 0, SEEK_CUR) - result : at))
}
ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t at, int flags) {
    STEP(ssize_t, REAL(pwritev64v2)(fd, parts, count, at, flags), OURS,
         wrote_parts(fd, parts, result, at < 0 ? lseek(fd, 0, SEEK_CUR) - result : at))
}

int ftruncate(int fd, off_t size) {
    STEP(int, REAL(ftruncate)(fd, size), OURS, put('T', fd, size, 0, NULL, 0, NULL))
}
int ftruncate64(int fd, off64_t size) {
    STEP(int, REAL(ftruncate64)(fd, size), OURS, put('T', fd, size, 0, NULL, 0, NULL))
}

/* Blocks for zeros: a write of nothing but size. These return an error number, never -1. */
#define ALLOCATED(done) put(done ? '?' : 'A', fd, at + n, 0, "posix_fallocate", 15, NULL)
int posix_fallocate(int fd, off_t at, off_t n) {
    STEP(int, REAL(posix_fallocate)(fd, at, n), OURS, ALLOCATED(result))
}
int posix_fallocate64(int fd, off64_t at, off64_t n) {
    STEP(int, REAL(posix_fallocate64)(fd, at, n), OURS, ALLOCATED(result))
}

/* Deaf on purpose: neither done nor recorded, and the program believes that it was. */
#define DEAF if (OURS && (of_fd[fd] & DEAF_FD)) return 0;
#define SYNCED put('S', fd, 0, 0, NULL, 0, NULL)
int fsync(int fd) { DEAF STEP(int, REAL(fsync)(fd), OURS, SYNCED) }
int fdatasync(int fd) { DEAF STEP(int, REAL(fdatasync)(fd), OURS, SYNCED) }

#define PATHS(call, kind, one, two)                                                           \
    char room_one[PATH_MAX], room_two[PATH_MAX];                                              \
    const char *first = inside(one, room_one), *second = inside(two, room_two);               \
    STEP(int, call, first || second,                                                          \
         put(kind, -1, 0, 0, first ? first : "", first ? strlen(first) : 0, second))

int rename(const char *a, const char *b) { PATHS(REAL(rename)(a, b), 'R', a, b) }
int renameat(int x, const char *a, int y, const char *b) {
    at_is_here(x, a, "renameat");
    at_is_here(y, b, "renameat");
    PATHS(REAL(renameat)(x, a, y, b), 'R', a, b)
}
int renameat2(int x, const char *a, int y, const char *b, unsigned flags) {
    if (flags || x != AT_FDCWD || y != AT_FDCWD) unrecorded("renameat2");
    PATHS(REAL(renameat2)(x, a, y, b, flags), 'R', a, b)
}
int link(const char *a, const char *b) { PATHS(REAL(link)(a, b), 'L', a, b) }

#define PATH(call, kind, one, number)                                                         \
    char room[PATH_MAX];                                                                      \
    const char *name = inside(one, room);                                                     \
    STEP(int, call, name, put(kind, -1, number, 0, name, strlen(name), NULL))

int truncate(const char *a, off_t size) { PATH(REAL(truncate)(a, size), 't', a, size) }
int truncate64(const char *a, off64_t size) { PATH(REAL(truncate64)(a, size), 't', a, size) }
int unlink(const char *a) { PATH(REAL(unlink)(a), 'U', a, 0) }
int rmdir(const char *a) { PATH(REAL(rmdir)(a), 'U', a, 0) }
int unlinkat(int x, const char *a, int flags) {
    at_is_here(x, a, "unlinkat");
    PATH(REAL(unlinkat)(x, a, flags), 'U', a, 0)
}
int mkdir(const char *a, mode_t mode) { PATH(REAL(mkdir)(a, mode), 'M', a, mode) }
int mkdirat(int x, const char *a, mode_t mode) {
    at_is_here(x, a, "mkdirat");
    PATH(REAL(mkdirat)(x, a, mode), 'M', a, mode)
}

#define SHARED (flags & MAP_SHARED && prot & PROT_WRITE && OURS)
#define MAPPED put('P', fd, 0, 0, NULL, 0, NULL)
void *mmap(void *p, size_t n, int prot, int flags, int fd, off_t at) {
    STEP(void *, REAL(mmap)(p, n, prot, flags, fd, at), SHARED, MAPPED)
}
void *mmap64(void *p, size_t n, int prot, int flags, int fd, off64_t at) {
    STEP(void *, REAL(mmap64)(p, n, prot, flags, fd, at), SHARED, MAPPED)
}

/* What nothing of ours uses and the model does not know. sync_file_range promises nothing. */
#define REFUSE(type, name, args, call)                                                        \
    type name args { STEP(type, REAL(name) call, OURS, unrecorded(#name)) }
REFUSE(int, dup, (int fd), (fd))
REFUSE(int, dup2, (int fd, int to), (fd, to))
REFUSE(int, dup3, (int fd, int to, int flags), (fd, to, flags))
REFUSE(int, fallocate, (int fd, int mode, off_t at, off_t n), (fd, mode, at, n))
REFUSE(int, fallocate64, (int fd, int mode, off64_t at, off64_t n), (fd, mode, at, n))
REFUSE(ssize_t, sendfile, (int fd, int from, off_t *at, size_t n), (fd, from, at, n))
REFUSE(ssize_t, sendfile64, (int fd, int from, off64_t *at, size_t n), (fd, from, at, n))
REFUSE(ssize_t, copy_file_range,
       (int from, off64_t *a, int fd, off64_t *b, size_t n, unsigned flags),
       (from, a, fd, b, n, flags))

static int duplicates(int what) { return what == F_DUPFD || what == F_DUPFD_CLOEXEC; }
#define FCNTL(name)                                                                           \
    int name(int fd, int what, ...) {                                                         \
        void *with;                                                                           \
        va_list rest;                                                                         \
        va_start(rest, what);                                                                 \
        with = va_arg(rest, void *);                                                          \
        va_end(rest);                                                                         \
        STEP(int, REAL(name)(fd, what, with), OURS && duplicates(what), unrecorded(#name))    \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

int symlink(const char *to, const char *a) {
    char room[PATH_MAX];
    STEP(int, REAL(symlink)(to, a), inside(a, room), unrecorded("symlink"))
}
