using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastShardMap.Inspector.Targets;

/// <summary>
/// The one owner of a process that stands still while it is looked at (Linux). All threads stand when
/// <see cref="Stop"/> returns, within a deadline, and go on with <see cref="Dispose"/>.
/// </summary>
/// <remarks>
/// The threads are seized (<c>PTRACE_SEIZE</c>), not attached to: no signal is sent to them, so nothing of the stop
/// stays
/// behind when the tool ends in the midst of it, even by SIGKILL. The system then lets them all go on. Requests must
/// come
/// from the thread that has seized. <c>ptrace(2)</c>, "Attaching and detaching".
/// </remarks>
internal sealed class StoppedProcess : IDisposable
{
    /// <summary>A thread in the midst of a disk's work stops after it, or, if the disk is broken, never.</summary>
    private static readonly TimeSpan s_longestStop = TimeSpan.FromSeconds(5);

    private readonly int _processId;

    /// <summary>Threads that are seized; the signal that each is to be given when it goes on, or 0.</summary>
    private readonly Dictionary<int, int> _threads = [];

    private StoppedProcess(int processId) => _processId = processId;

    /// <summary>Stops all threads of a process.</summary>
    /// <exception cref="InspectionException">It cannot be traced, does not stop, or has ended.</exception>
    public static StoppedProcess Stop(int processId)
    {
        StoppedProcess stopped = new(processId);
        try
        {
            long start = Stopwatch.GetTimestamp();

            // A thread that still ran may have made another one: until a look finds none.
            while (stopped.SeizeNew())
            {
                foreach (int thread in stopped._threads.Keys.ToArray())
                {
                    stopped.AwaitStop(thread, start);
                    TestPause.At(TestPause.Standing);
                }
            }

            TestPause.At(TestPause.Stopped);
            return stopped._threads.Count > 0 ? stopped : throw Target.EndedException(processId);
        }
        catch
        {
            stopped.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Whether it stands there still: one that has been killed does not, a moment before it has ended.
    /// </summary>
    public bool Stands => ProcessState.Stands(_processId, _processId);

    public void Dispose()
    {
        TestPause.At(TestPause.Releasing);
        foreach ((int thread, int signal) in _threads)
        {
            // Fails for a thread that has ended, or has not stopped yet: the system lets that one go with this process.
            _ = LinuxNative.Ptrace(LinuxNative.Detach, thread, 0, signal);
            TestPause.At(TestPause.Halfway);
        }

        _threads.Clear();
        TestPause.At(TestPause.Released);
    }

    private bool SeizeNew()
    {
        bool found = false;
        foreach (int thread in ProcessState.Threads(_processId))
        {
            if (_threads.ContainsKey(thread))
            {
                continue;
            }

            if (LinuxNative.Ptrace(LinuxNative.Seize, thread, 0, 0) < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error != LinuxNative.NoSuchProcess && ProcessState.IsAlive(_processId, thread))
                {
                    throw Refused(error);
                }

                continue; // it has ended
            }

            _threads.Add(thread, 0);
            TestPause.At(TestPause.Seized);
            _ = LinuxNative.Ptrace(LinuxNative.Interrupt, thread, 0, 0);
            TestPause.At(TestPause.Told);
            found = true;
        }

        return found;
    }

    private void AwaitStop(int thread, long start)
    {
        int reported;
        int status;
        while ((reported = LinuxNative.WaitFor(thread, out status, LinuxNative.AtOnce)) == 0)
        {
            // Stopped and reported in an earlier round.
            if (ProcessState.Stands(_processId, thread))
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(start) > s_longestStop)
            {
                throw new InspectionException(
                    $"Process {_processId} cannot be attached to: its thread {thread} does not stop; "
                    + "the system keeps it busy, as with a disk that does not answer.");
            }

            Thread.Sleep(1);
        }

        const int StoppedMark = 0x7F;
        if (reported < 0 || (status & 0xFF) != StoppedMark)
        {
            _threads.Remove(thread); // it has ended
        }
        else if (status >> 16 == 0)
        {
            // It stands where a signal was about to be delivered, which must not get lost.
            _threads[thread] = (status >> 8) & 0xFF;
        }
    }

    private InspectionException Refused(int error)
    {
        int tracer = ProcessState.TracerOf(_processId);
        return new InspectionException(tracer != 0 && tracer != Environment.ProcessId
            ? $"Process {_processId} cannot be attached to: process {tracer} traces it already, as debuggers and dump writers do."
            : $"Process {_processId} cannot be attached to: {Marshal.GetPInvokeErrorMessage(error)} "
                + "(It takes the process's user or root, and where kernel.yama.ptrace_scope or a container forbids it, "
                + "the capability SYS_PTRACE.)");
    }
}
