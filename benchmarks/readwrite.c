/* The limit a recorder can reach: reads sockets it is given on a 10 ms tick and writes what it reads, nothing else.
 * argv[1]: directory; argv[2..]: numbers of inherited descriptors. Ends on SIGTERM. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define READ_BYTES (256 << 10)
#define WRITE_BYTES (1 << 20)

static volatile sig_atomic_t stopping;

static void stop(int number) { (void)number; stopping = 1; }

struct camera { int in, out; size_t held; char *buffer; };

int main(int argc, char **argv) {
    int count = argc - 2, poll = epoll_create1(0);
    struct camera *cameras = calloc(count, sizeof *cameras);
    signal(SIGTERM, stop);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%d.bin", argv[1], i);
        cameras[i].in = atoi(argv[i + 2]);
        cameras[i].out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        cameras[i].buffer = malloc(WRITE_BYTES + READ_BYTES);
        fcntl(cameras[i].in, F_SETFL, O_NONBLOCK);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        epoll_ctl(poll, EPOLL_CTL_ADD, cameras[i].in, &event);
    }
    while (!stopping) {
        struct timespec tick = {0, 10000000};
        nanosleep(&tick, NULL);
        struct epoll_event ready[1024];
        int n = epoll_wait(poll, ready, 1024, 0);
        for (int i = 0; i < n; i++) {
            struct camera *camera = &cameras[ready[i].data.u32];
            ssize_t got = read(camera->in, camera->buffer + camera->held, READ_BYTES);
            if (got <= 0) continue;
            camera->held += got;
            if (camera->held >= WRITE_BYTES) {
                if (write(camera->out, camera->buffer, camera->held) < 0) return 1;
                camera->held = 0;
            }
        }
    }
    return 0;
}
