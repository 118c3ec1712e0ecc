using System.Runtime.InteropServices;

namespace FastShardMap.Inspector.Targets;

/// <summary>
/// Ctrl-C, and the signals that ask to end. A recording ends early and is evaluated; everything else ends at once, and a
/// process that was stopped meanwhile goes on, because the system detaches from it.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>The signals that ask to end.</summary>
    public static readonly PosixSignal[] Signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];

    private static readonly TimeSpan s_longestAttach = TimeSpan.FromSeconds(5);
    private static readonly Lock s_attaching = new();

    private const string ShowCursor = "\u001b[?25h";
    private readonly List<PosixSignalRegistration> _registrations = [];
    private CancellationTokenSource? _recording;

    /// <summary>Takes the signals.</summary>
    public static Interruption Watch()
    {
        Interruption interruption = new();
        foreach (PosixSignal signal in Signals)
        {
            interruption._registrations.Add(PosixSignalRegistration.Create(signal, interruption.OnSignal));
        }

        return interruption;
    }

    /// <summary>Runs what must not end half way: a process some of whose threads are attached to would stay stopped.</summary>
    public static T Attach<T>(Func<T> attach)
    {
        lock (s_attaching)
        {
            return attach();
        }
    }

    /// <summary>From here on the first interruption cancels, instead of ending the process.</summary>
    public void BeginRecording(CancellationTokenSource recording) => _recording = recording;

    public void EndRecording() => Interlocked.Exchange(ref _recording, null);

    public void Dispose() => _registrations.ForEach(static registration => registration.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        if (Interlocked.Exchange(ref _recording, null) is { } recording)
        {
            context.Cancel = true;
            Console.Error.WriteLine("fsmap: the recording ends here");
            recording.Cancel();
            return;
        }

        // Never left again: nothing is to be attached to any more.
        s_attaching.TryEnter(s_longestAttach);

        // Progress bars hide it.
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write(ShowCursor);
        }

        Console.Error.WriteLine("fsmap: interrupted");
    }
}
