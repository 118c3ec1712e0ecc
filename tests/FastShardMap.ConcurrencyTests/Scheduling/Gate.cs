using System.Runtime.InteropServices;

namespace FastShardMap.ConcurrencyTests.Scheduling;

/// <summary>Hands control from thread to thread: a futex on Linux (about a microsecond), an event elsewhere.</summary>
internal sealed unsafe partial class Gate : IDisposable
{
    private const int WaitPrivate = 128;
    private const int WakePrivate = 129;

    private static readonly long s_futex = !OperatingSystem.IsLinux()
        ? 0
        : RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 202,
            Architecture.Arm64 => 98,
            _ => 0,
        };

    private readonly int* _word = (int*)NativeMemory.AlignedAlloc(128, 128);
    private readonly AutoResetEvent? _event;

    public Gate()
    {
        *_word = 0;
        _event = s_futex == 0 ? new AutoResetEvent(initialState: false) : null;
    }

    public void Open()
    {
        if (_event is not null)
        {
            _event.Set();
            return;
        }

        Volatile.Write(ref *_word, 1);
        _ = SystemCall(s_futex, _word, WakePrivate, 1, null, null, 0);
    }

    public void Pass()
    {
        if (_event is not null)
        {
            _event.WaitOne();
            return;
        }

        while (Volatile.Read(ref *_word) == 0)
        {
            _ = SystemCall(s_futex, _word, WaitPrivate, 0, null, null, 0);
        }

        *_word = 0;
    }

    /// <summary>Keeps the calling thread on one processor: handing control over is twice as fast there.</summary>
    public static void PinToProcessor(int processor)
    {
        if (OperatingSystem.IsLinux())
        {
            ulong mask = 1UL << (processor % System.Environment.ProcessorCount % 64);
            _ = SetAffinity(0, sizeof(ulong), &mask); // refused in some containers; then it stays slower
        }
    }

    public void Dispose()
    {
        _event?.Dispose();
        NativeMemory.AlignedFree(_word);
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long SystemCall(
        long number, int* word, int operation, int value, void* timeout, void* second, int third);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetAffinity(int thread, nint bytes, ulong* mask);
}
