"""The parties and zones that a question may mean."""
