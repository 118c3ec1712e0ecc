using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastShardMap.Inspector.Targets;

/// <summary>
/// Owns a process that is stopped while the tool reads it (Linux). <see cref="Stop"/> returns when all threads are
/// stopped, or throws after a deadline. <see cref="Dispose"/> resumes them.
/// </summary>
/// <remarks>
/// The threads are seized (<c>PTRACE_SEIZE</c>) and not attached to. No signal is sent to them, so if the tool ends
/// halfway, even by SIGKILL, the system resumes all of them and no trace of the stop is left. Requests must come from
/// the thread that seized. See <c>ptrace(2)</c>, "Attaching and detaching".
/// </remarks>
internal sealed class StoppedProcess : IDisposable
{
    /// <summary>A thread that waits for a disk stops only afterwards, or never if the disk is broken.</summary>
    private static readonly TimeSpan s_longestStop = TimeSpan.FromSeconds(5);

    private readonly int _processId;

    /// <summary>The seized threads, each with the signal that it gets when it resumes, or 0.</summary>
    private readonly Dictionary<int, int> _threads = [];

    private StoppedProcess(int processId) => _processId = processId;

    /// <summary>Stops all threads of a process.</summary>
    /// <exception cref="InspectionException">The process cannot be traced, does not stop, or has ended.</exception>
    public static StoppedProcess Stop(int processId)
    {
        StoppedProcess stopped = new(processId);
        try
        {
            long start = Stopwatch.GetTimestamp();

            // A thread that still ran may have started another one, so this repeats until there is no new thread.
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
    /// Whether the process is still stopped. A process that was killed is not, shortly before it has ended.
    /// </summary>
    public bool Stands => ProcessState.Stands(_processId, _processId);

    public void Dispose()
    {
        TestPause.At(TestPause.Releasing);
        foreach ((int thread, int signal) in _threads)
        {
            // Fails for a thread that has ended or has not stopped yet; the system releases it when this process ends.
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

                continue; // the thread has ended
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
            // The thread stopped, and was reported, in an earlier round.
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
            _threads.Remove(thread); // the thread has ended
        }
        else if (status >> 16 == 0)
        {
            // The thread is stopped at a signal that was about to be delivered and must not get lost.
            _threads[thread] = (status >> 8) & 0xFF;
        }
    }

    private InspectionException Refused(int error)
    {
        int tracer = ProcessState.TracerOf(_processId);
        return new InspectionException(tracer != 0 && tracer != Environment.ProcessId
            ? $"Process {_processId} cannot be attached to: process {tracer} already traces it, as "
                + "debuggers and dump writers do."
            : $"Process {_processId} cannot be attached to: {Marshal.GetPInvokeErrorMessage(error)} "
                + "(Attaching needs the user of the process or root. Where kernel.yama.ptrace_scope "
                + "or a container forbids "
                + "it, attaching also needs the capability SYS_PTRACE.)");
    }
}
