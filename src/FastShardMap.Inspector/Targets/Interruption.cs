using System.Runtime.InteropServices;

namespace FastShardMap.Inspector.Targets;

/// <summary>
/// Handles Ctrl-C and the other signals that ask the tool to end. A recording ends early and is evaluated. Everything
/// else ends at once, and a stopped process resumes, because the system detaches from it.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>The signals that ask the tool to end.</summary>
    public static readonly PosixSignal[] Signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];

    private static readonly TimeSpan s_longestAttach = TimeSpan.FromSeconds(5);
    private static readonly Lock s_attaching = new();

    private const string ShowCursor = "\u001b[?25h";
    private readonly List<PosixSignalRegistration> _registrations = [];
    private CancellationTokenSource? _recording;
    private volatile bool _isLeftToChild;

    /// <summary>Starts to handle the signals.</summary>
    public static Interruption Watch()
    {
        Interruption interruption = new();
        foreach (PosixSignal signal in Signals)
        {
            interruption._registrations.Add(PosixSignalRegistration.Create(signal, interruption.OnSignal));
        }

        return interruption;
    }

    /// <summary>
    /// Runs an operation that must not be interrupted: if only some threads of a process were attached to, it would
    /// stay stopped.
    /// </summary>
    public static T Attach<T>(Func<T> attach)
    {
        lock (s_attaching)
        {
            return attach();
        }
    }

    /// <summary>From here on, the first interruption cancels the recording instead of ending the process.</summary>
    public void BeginRecording(CancellationTokenSource recording) => _recording = recording;

    public void EndRecording() => Interlocked.Exchange(ref _recording, null);

    /// <summary>
    /// Until the result is disposed, Ctrl-C is for a child process, which gets it from the terminal as well.
    /// </summary>
    public IDisposable LeaveToChild()
    {
        _isLeftToChild = true;
        return new Child(this);
    }

    public void Dispose() => _registrations.ForEach(static registration => registration.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        if (_isLeftToChild && context.Signal == PosixSignal.SIGINT)
        {
            context.Cancel = true;
            return;
        }

        if (Interlocked.Exchange(ref _recording, null) is { } recording)
        {
            context.Cancel = true;
            Console.Error.WriteLine("fsmap: recording stopped");
            recording.Cancel();
            return;
        }

        // The lock is never released, so that nothing attaches any more.
        s_attaching.TryEnter(s_longestAttach);

        // Progress bars hide the cursor.
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write(ShowCursor);
        }

        Console.Error.WriteLine("fsmap: interrupted");
    }

    private sealed class Child(Interruption interruption) : IDisposable
    {
        public void Dispose() => interruption._isLeftToChild = false;
    }
}
