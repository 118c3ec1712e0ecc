using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastShardMap.Inspector.Targets;

/// <summary>
/// Runs the child process that reads a target, and handles signals meanwhile. An interruption ends the child and then
/// the tool within a deadline, whatever they are doing. When the child ends, a process that it has stopped resumes.
/// </summary>
internal sealed class ReadingProcess : IDisposable
{
    private const int SignalBase = 128;

    /// <summary>How long the tool may take to end after a signal.</summary>
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(2);

    private static readonly List<PosixSignalRegistration> s_ignored = [];
    private readonly Lock _gate = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private Process? _child;
    private int _code;
    private volatile bool _isDone;

    private ReadingProcess()
    {
    }

    /// <summary>The exit code of an interruption; 0 if there was none.</summary>
    public int Interrupted => Volatile.Read(ref _code);

    /// <summary>Starts to handle the signals.</summary>
    public static ReadingProcess Watch()
    {
        ReadingProcess process = new();
        foreach (PosixSignal signal in Interruption.Signals)
        {
            process._signals.Add(PosixSignalRegistration.Create(signal, process.OnSignal));
        }

        return process;
    }

    /// <summary>In the child: makes it end with its parent, and leaves signals to the parent.</summary>
    public static void Enter(int parent)
    {
        if (OperatingSystem.IsLinux())
        {
            LinuxNative.EndWithParent(parent);
            foreach (PosixSignal signal in Interruption.Signals)
            {
                s_ignored.Add(PosixSignalRegistration.Create(signal, static context => context.Cancel = true));
            }
        }
    }

    /// <summary>Runs a child until it ends.</summary>
    /// <returns>Its exit code.</returns>
    public int Run(ProcessStartInfo start)
    {
        TestPause.At(TestPause.Starting);
        Process child;
        lock (_gate)
        {
            if (Interrupted != 0)
            {
                return Interrupted;
            }

            child = Process.Start(start) ?? throw new InspectionException("The reading process did not start.");
            _child = child;
        }

        TestPause.At(TestPause.Started);
        child.WaitForExit();
        lock (_gate)
        {
            _child = null;
        }

        using (child)
        {
            return child.ExitCode;
        }
    }

    public void Dispose()
    {
        _isDone = true;
        _signals.ForEach(static signal => signal.Dispose());
        _child?.Dispose();
    }

    // On its own thread, because the main thread may be doing anything.
    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        int code = SignalBase + NumberOf(context.Signal);
        if (Interlocked.CompareExchange(ref _code, code, 0) != 0)
        {
            return;
        }

        Console.Error.WriteLine("fsmap: interrupted");
        if (_gate.TryEnter(s_deadline))
        {
            try
            {
                EndChild();
            }
            finally
            {
                _gate.Exit();
            }
        }

        if (!SpinWait.SpinUntil(() => _isDone, s_deadline))
        {
            Environment.Exit(code);
        }
    }

    private void EndChild()
    {
        try
        {
            // On other systems than Linux, killing the child would leave the process stopped. There the child handles
            // the signal itself.
            if (_child is { } child && (OperatingSystem.IsLinux() || !child.WaitForExit(s_deadline)))
            {
                child.Kill();
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            // The child has ended.
        }
    }

    private static int NumberOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        _ => 15,
    };
}
