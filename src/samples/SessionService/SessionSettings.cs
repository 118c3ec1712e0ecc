namespace SessionService;

/// <summary>The section <c>Sessions</c> of the configuration.</summary>
internal sealed class SessionSettings
{
    /// <summary>The time after its last request at which a session expires.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(20);

    /// <summary>The time between two searches for expired sessions.</summary>
    public TimeSpan ExpiryInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What keeps the sessions.</summary>
    public SessionStoreKind Store { get; set; }

    /// <summary>Whether <c>POST /fill</c> and <c>GET /stats</c> exist, which the load client uses.</summary>
    public bool AllowLoadTest { get; set; }

    /// <summary>Whether the service stops when its standard input ends, as a program that starts it may wish.</summary>
    public bool StopWithInput { get; set; }
}
