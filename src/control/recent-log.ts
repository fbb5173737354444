/** The latest lines that the process wrote to its log, secrets taken out. */
export interface RecentLog {
  /** As they were written, the oldest first. */
  lines(): readonly string[];
}
