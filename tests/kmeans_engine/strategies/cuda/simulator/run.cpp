// The kernels as a library: launch(name, grid, block, shared, task, rounding).
#include "scores.cu"
#include "pairs.cu"
#include "probe.cu"

alignas(16) unsigned char memory[256 << 10];

static const Task *task;

extern "C" int launch(const char *name, unsigned grid, unsigned size, unsigned shared,
                      const void *argument, int rounding) {
    using namespace simulator;
    if (shared > sizeof memory || size > MOST) return 1;
    const bool tiled = std::strncmp(name, "score", 5) == 0;
    if (tiled && (shared < sizeof(Shared) || size != WARPS * 32)) return 2;
    task = (const Task *)argument;
    simulator::rounding = (Rounding)rounding;
    if (!std::strcmp(name, "score_tf32")) body = [] { score_tf32(*task); };
    else if (!std::strcmp(name, "score_split")) body = [] { score_split(*task); };
    else if (!std::strcmp(name, "clear")) body = [] { if (now->index.x == 0) clear(*task); };
    else if (!std::strcmp(name, "prepare")) body = [] { prepare(*task); };
    else if (!std::strcmp(name, "tell_pairs")) body = [] { tell_pairs(*task); };
    else if (!std::strcmp(name, "probe")) body = [] { probe(*task); };
    else return 3;
    grid_size.x = grid, block_size.x = size;
    for (unsigned b = 0; b < grid; b++) {
        block_index.x = b;
        std::memset(memory, 0xff, sizeof memory);
        run_block(size);
    }
    return 0;
}

extern "C" unsigned long task_size() { return sizeof(Task); }
extern "C" unsigned long shared_size() { return sizeof(Shared); }
extern "C" unsigned long squares_size() { return TELLERS * sizeof(Squares); }
extern "C" unsigned long tellers() { return 32 * TELLERS; }
